"""Spreadsheets of providers that speak no bank language: xlsx, xls and csv, read by a declared template.

`workbook` turns bytes into cells, `template` says which column is what, `reading` makes results of rows.
"""
