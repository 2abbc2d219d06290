"""Offers from a continuum of terms, reduced exactly to the finitely many that can matter."""
