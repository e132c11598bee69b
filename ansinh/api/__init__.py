"""JSON endpoints: the same answers as the command and the pages, for programs that work for signed-in staff."""
