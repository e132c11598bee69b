"""ISO 20022: payment orders written strictly (pain.001), answers and statements read tolerantly (pain.002, camt)."""
