"""Tools of the house: tidy, and the generators of GLOSSARY.md and the command reference. Not part of the product."""
