"""Claims that nothing here tests."""

from snnlocality.claims.claim import Claim

CLAIMS = (Claim("C36", "Spiking networks are trainable by many surrogates (related work)", "", ""),)
