"""ISO 20022, the language of banks: strict in what we write, tolerant in what we read.

`pain001` writes payment orders; `reader` reads answers (pain.002) and movements on the account (camt.052, 053, 054).
"""
