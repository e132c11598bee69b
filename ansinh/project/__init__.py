"""Where the parts are put together: settings, the database launcher, the command line. Nobody imports this room."""
