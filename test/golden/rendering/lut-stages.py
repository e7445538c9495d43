"""Writes lut-stages.json: every LUT stage computed with numpy straight from the formulas of PS3.3 and PS3.4.

Run: python3 lut-stages.py > lut-stages.json
"""
import json
import sys

import numpy as np


def stored_values(samples, bits_stored, high_bit, signed):
    """PS3.5 8.1.1: the bits from High Bit down, two's complement if Pixel Representation is 1."""
    x = (np.asarray(samples, dtype=np.int64) >> (high_bit + 1 - bits_stored)) & ((1 << bits_stored) - 1)
    return np.where(signed & (x >= 1 << (bits_stored - 1)), x - (1 << bits_stored), x)


def rescale(x, slope, intercept):
    """PS3.3 C.11.1.1.2."""
    return slope * np.asarray(x, dtype=np.float64) + intercept


def lookup(x, first, entries):
    """PS3.3 C.11.1.1.1."""
    return np.asarray(entries)[np.clip(np.asarray(x, dtype=np.int64) - first, 0, len(entries) - 1)]


def linear(x, c, w, ymin=0, ymax=255):
    """PS3.3 C.11.2.1.2.1."""
    x = np.asarray(x, dtype=np.float64)
    with np.errstate(divide='ignore', invalid='ignore'):
        y = ((x - (c - 0.5)) / (w - 1) + 0.5) * (ymax - ymin) + ymin
    return np.where(x <= c - 0.5 - (w - 1) / 2, ymin, np.where(x > c - 0.5 + (w - 1) / 2, ymax, y))


def linear_exact(x, c, w, ymin=0, ymax=255):
    """PS3.3 C.11.2.1.3.2."""
    x = np.asarray(x, dtype=np.float64)
    y = ((x - c) / w + 0.5) * (ymax - ymin) + ymin
    return np.where(x <= c - w / 2, ymin, np.where(x > c + w / 2, ymax, y))


def sigmoid(x, c, w, ymin=0, ymax=255):
    """PS3.3 C.11.2.1.3.1."""
    return (ymax - ymin) / (1 + np.exp(-4 * (np.asarray(x, dtype=np.float64) - c) / w)) + ymin


functions = {'linear': linear, 'linear-exact': linear_exact, 'sigmoid': sigmoid}


def octets(y):
    return [int(v) for v in np.floor(np.asarray(y) + 0.5)]


def numbers(y):
    return [float(v) for v in y]


formats = [(16, 16, 15, True), (16, 12, 11, False), (16, 12, 11, True), (16, 10, 13, False), (16, 10, 15, True), (8, 8, 7, False), (8, 5, 4, True)]
patterns = {16: [0, 1, 2, 511, 512, 2047, 2048, 4095, 4096, 32767, 32768, 40000, 61440, 65535], 8: [0, 1, 15, 16, 31, 32, 127, 128, 200, 255]}
x = list(range(-1100, 1101, 100)) + [-160, -159.5, 39, 39.5, 40, 40.5, 239, 239.5, 240, 0.5]
windows = [(40, 400), (0, 1), (2048, 4096), (0, 100), (127.5, 255), (50.25, 10.5)]
ramp = np.arange(0, 256)

json.dump({
    'storedValues': [
        {'BitsStored': s, 'HighBit': h, 'PixelRepresentation': int(sg), 'samples': patterns[a], 'expected': [int(v) for v in stored_values(patterns[a], s, h, sg)]}
        for a, s, h, sg in formats
    ],
    'rescale': [
        {'slope': m, 'intercept': b, 'storedValues': [-2000, -1, 0, 1, 24, 4095], 'expected': numbers(rescale([-2000, -1, 0, 1, 24, 4095], m, b))}
        for m, b in [(1, -1024), (0.5, 0), (-2.25, 10.5)]
    ],
    'modalityTable': {'firstMapped': -2, 'entries': [5, 0, 9, 7], 'storedValues': [-5, -2, -1, 0, 1, 2, 99], 'expected': [int(v) for v in lookup([-5, -2, -1, 0, 1, 2, 99], -2, [5, 0, 9, 7])]},
    'window': [
        {'shape': f, 'center': c, 'width': w, 'values': x, 'expected': octets(functions[f](x, c, w)), 'inverse': octets(255 - functions[f](x, c, w))}
        for f in functions for c, w in windows
    ],
    'wholePipeline': {
        'explanation': '12 bits stored, rescale 1, -1024; window 40, 400, LINEAR; MONOCHROME1',
        'samples': [int(v) for v in range(800, 1400, 7)],
        'expected': octets(255 - linear(rescale(stored_values(range(800, 1400, 7), 12, 11, False), 1, -1024), 40, 400)),
    },
}, sys.stdout, indent=1)
print()
