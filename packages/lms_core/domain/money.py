"""Money: an integer of minor units and a currency (ISO 4217). No floats, no rounding by accident."""

from __future__ import annotations

import msgspec

from lms_core.domain.errors import Invalid

_EXPONENTS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE
    CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR
    KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB
    PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY
    TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
"""The currencies of ISO 4217 by their minor unit; without metals, test codes and what was withdrawn."""
_EXPONENT = {code: exponent for exponent, codes in _EXPONENTS.items() for code in codes.split()}


def written(amount: int, currency: str, *, thousands: str = ",", point: str = ".") -> str:
    """Minor units as people write them, by the currency's exponent (ISO 4217): `1,234.50 EUR`."""
    exponent = _EXPONENT.get(currency, 2)
    whole, rest = divmod(abs(amount), 10**exponent)
    figure = f"{whole:,}".replace(",", thousands) + (f"{point}{rest:0{exponent}}" if exponent else "")
    return f"{'-' if amount < 0 else ''}{figure} {currency}"


class Money(msgspec.Struct, frozen=True, order=False):
    """`Money(1999, "EUR")` is 19.99 euro."""

    amount: int
    """Minor units (cents)."""
    currency: str
    """Three capital letters, ISO 4217."""

    def __post_init__(self) -> None:
        if self.currency not in _EXPONENT:
            raise Invalid.at("#/currency", "must be an ISO 4217 code such as EUR")

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)
