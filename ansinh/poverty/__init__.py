"""Poor and near-poor households: the yearly review and the class that each household holds through time."""
