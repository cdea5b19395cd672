"""Exact arithmetic of money: whole minor units and fractions, never floats."""

from fractions import Fraction

BAM_PER_EUR = Fraction("1.95583")


def half_up(value):
    """To a whole number, ties away from zero."""
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def floor(value):
    return value.numerator // value.denominator


def largest_remainder(total, exact):
    """Whole numbers that sum to `total`: each of `exact` cut, what is missing to the largest remainders, ties to the
    earlier."""
    cut = [floor(value) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (-(exact[i] - cut[i]), i))
    for i in by_remainder[:total - sum(cut)]:
        cut[i] += 1
    return cut


def allocate(total, weights):
    """`total` minor units in proportion to the weights."""
    together = sum(weights)
    return largest_remainder(total, [Fraction(total) * weight / together for weight in weights])


def convert_lines(minors):
    """KM lines of one document in EUR: the total converted once, the lines summing to it."""
    exact = [Fraction(minor) / BAM_PER_EUR for minor in minors]
    return largest_remainder(half_up(sum(exact)), exact)


def in_euro(minor, currency):
    """An amount in EUR, or None where there is no fixed rate."""
    if currency == "EUR":
        return minor
    return half_up(Fraction(minor) / BAM_PER_EUR) if currency == "BAM" else None


def parse_money(text):
    """ "725000.00 BAM" -> (72500000, "BAM")."""
    amount, currency = text.split()
    minor = Fraction(amount) * 100
    assert minor.denominator == 1, text
    return int(minor), currency
