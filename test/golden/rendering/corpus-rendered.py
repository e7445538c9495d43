"""Writes corpus-rendered.json: pictures of the corpus computed with numpy from the formulas of PS3.3 and PS3.4, sampled.

Pixels are read by pydicom; what is encapsulated is brought to native by DCMTK or GDCM before.

Run: python3 corpus-rendered.py CORPUS > corpus-rendered.json
"""
import base64
import json
import os
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import pydicom

warnings.simplefilter('ignore')
SAMPLES = 500

CASES = [
    # file, program that makes it native, frames, window of the request
    ('multiframe/PM_float32_pixel.dcm', None, [1, 7, 14], None),
    ('multiframe/PM_float32_pixel.dcm', None, [7], (1.0, 3.0, 'linear-exact')),
    ('multiframe/enhanced_mr_siemens_xa10.dcm', None, [1, 3, 6], None),
    ('multiframe/enhanced_mr_siemens_xa10.dcm', None, [2], (300.0, 700.0, 'sigmoid')),
    ('multiframe/CT0012.not_fragmented_bot_rle.dcm', 'dcmdrle', [1, 2], None),
    ('multiframe/CT0012.fragmented_no_bot_jpeg_baseline.51.dcm', 'dcmdjpeg', [1, 2], None),
    ('multiframe/NM-MONO2-16-13x-heart.dcm', None, [7, 13], None),
    ('multiframe/NM-MONO2-16-13x-heart.dcm', None, [7], (200.0, 300.0, 'linear')),
    ('multiframe/US-PAL-8-10x-echo.dcm', 'dcmdrle', [1, 10], None),
    ('multiframe/xa_cine_jpeg_lossless.dcm', 'dcmdjpeg', [1, 12], None),
    ('seg/23x38x3_legacy_enhanced_ct.dcm', None, [1, 2, 3], None),
    ('seg/23x38x3_seg.dcm', None, [1, 2, 3], None),
    ('seg/liver_1frame.dcm', None, [1], None),
    ('seg/seg_image_sm_control_labelmap_palette_color.dcm', None, [1, 10, 20], None),
    ('rt/rtdose.dcm', None, [1, 15], None),
    ('image/GH133.dcm', 'dcmdjpeg', [1], None),
    ('image/GH133.dcm', 'dcmdjpeg', [1], (2000.0, 1500.0, 'linear')),
    ('image/GH184.dcm', 'dcmdjpeg', [1], None),
    ('image/RG3_J2KI.dcm', 'gdcmconv', [1], None),
    ('image/RG3_J2KI.dcm', 'gdcmconv', [1], (400.0, 300.0, 'sigmoid')),
    ('image/J2K_pixelrep_mismatch.dcm', 'gdcmconv', [1], None),
    ('image/CT1_JLSL.dcm', 'dcmdjpls', [1], None),
    ('image/CT1_JLSL.dcm', 'dcmdjpls', [1], (40.0, 400.0, 'linear')),
    ('image/CTImage_jpeg_process6_8_retired.dcm', 'dcmdjpeg', [1], None),
    ('image/MR4_JLSN.dcm', 'dcmdjpls', [1], None),
    ('image/MR4_JPLY.dcm', 'dcmdjpeg', [1], None),
    ('image/jpeg_lossless_sel4.dcm', 'dcmdjpeg', [1], None),
    ('image/sample-op.dcm', 'dcmdjpeg', [1], None),
    ('image/gdcm-US-ALOKA-16.dcm', None, [1], None),
    ('image/TestPattern_Palette_16.dcm', None, [1], None),
    ('image/color-pl.dcm', None, [1], None),
]


def native(file, program):
    if program is None:
        return pydicom.dcmread(file, force=True)
    with tempfile.TemporaryDirectory() as folder:
        to = os.path.join(folder, 'native.dcm')
        options = ['--raw'] if program == 'gdcmconv' else ['+te']
        subprocess.run([program, *options, file, to], check=True, stderr=subprocess.DEVNULL)
        return pydicom.dcmread(to)


def frame_of(ds, number):
    """Stored values of a frame (PS3.5 8.1.1), rows by columns, or rows by columns by samples."""
    rows, columns, samples = ds.Rows, ds.Columns, ds.SamplesPerPixel
    count = rows * columns * samples
    if 'FloatPixelData' in ds:
        return np.frombuffer(ds.FloatPixelData, '<f4')[(number - 1) * count:number * count].astype(np.float64)
    if ds.BitsAllocated == 1:
        bits = np.unpackbits(np.frombuffer(ds.PixelData, np.uint8), bitorder='little')
        return bits[(number - 1) * count:number * count].astype(np.int64)
    x = np.frombuffer(ds.PixelData, f'<u{ds.BitsAllocated // 8}')[(number - 1) * count:number * count].astype(np.int64)
    x = (x >> (ds.HighBit + 1 - ds.BitsStored)) & ((1 << ds.BitsStored) - 1)
    if ds.PixelRepresentation == 1:
        x = np.where(x >= 1 << (ds.BitsStored - 1), x - (1 << ds.BitsStored), x)
    if samples == 3:
        planar = ds.get('PlanarConfiguration', 0) == 1
        x = x.reshape(3, -1).T if planar else x.reshape(-1, 3)
    return x


def group_of(ds, number, keyword):
    """The item of a functional group: that of the frame before the shared one (PS3.3 C.7.6.16.1)."""
    per_frame = ds.get('PerFrameFunctionalGroupsSequence')
    shared = ds.get('SharedFunctionalGroupsSequence')
    for groups in ([per_frame[number - 1]] if per_frame else []) + ([shared[0]] if shared else []):
        if keyword in groups:
            return groups[keyword].value[0]
    return ds


def first(value):
    return float(value[0] if isinstance(value, (list, pydicom.multival.MultiValue)) else value)


def window(x, c, w, shape):
    """PS3.3 C.11.2.1.2.1 and C.11.2.1.3, with y from 0 to 255."""
    if shape == 'sigmoid':
        return 255 / (1 + np.exp(-4 * (x - c) / w))
    if shape == 'linear-exact':
        low, high, y = c - w / 2, c + w / 2, ((x - c) / w + 0.5) * 255
    else:
        low, high, y = c - 0.5 - (w - 1) / 2, c - 0.5 + (w - 1) / 2, ((x - (c - 0.5)) / max(w - 1, 1e-9) + 0.5) * 255
    return np.where(x <= low, 0, np.where(x > high, 255, y))


def expand(words, length):
    """Segmented palette (PS3.3 C.7.9.2); indirect segments point into the same words."""
    out, at = [], 0

    def segment(at):
        kind, count = words[at], words[at + 1]
        if kind == 0:
            out.extend(words[at + 2:at + 2 + count])
            return at + 2 + count
        if kind == 1:
            start, end = out[-1], words[at + 2]
            out.extend(start + (end - start) * i / count for i in range(1, count + 1))
            return at + 3
        target = words[at + 2] + (words[at + 3] << 16)
        for _ in range(count):
            target = segment(target)
        return at + 4

    while len(out) < length and at + 1 < len(words):
        at = segment(at)
    return np.array(out[:length])


def palette_of(ds):
    """Entries of eight bits: the high octet of sixteen (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6)."""
    channels = []
    for color in ('Red', 'Green', 'Blue'):
        count, start, bits = (int(v) & 0xFFFF for v in ds[f'{color}PaletteColorLookupTableDescriptor'].value)
        count = count or 65536
        segmented = ds.get(f'Segmented{color}PaletteColorLookupTableData')
        data = ds.get(f'{color}PaletteColorLookupTableData')
        if data is not None:
            wide = len(data) >= 2 * count
            entries = np.frombuffer(data, '<u2' if wide else 'u1')[:count].astype(np.int64)
        else:
            entries = expand([int(v) for v in np.frombuffer(segmented, '<u2')], count)
        if bits == 16 and entries.max() > 255:
            entries = entries.astype(np.int64) >> 8
        channels.append((start, entries))
    return channels


def through(palette, x):
    return np.stack([entries[np.clip(x - start, 0, len(entries) - 1)] for start, entries in palette], axis=-1)


def render(ds, number, asked):
    x = frame_of(ds, number)
    if ds.PhotometricInterpretation == 'PALETTE COLOR':
        return through(palette_of(ds), x)
    if ds.PhotometricInterpretation == 'RGB':
        return x
    padding = np.zeros(x.shape, bool)
    if 'PixelPaddingValue' in ds:
        value = int(ds.PixelPaddingValue)
        limit = int(ds.get('PixelPaddingRangeLimit', value))
        padding = (x >= min(value, limit)) & (x <= max(value, limit))
    is_float = 'FloatPixelData' in ds
    transformation = group_of(ds, number, 'PixelValueTransformationSequence')
    slope = 1 if is_float else first(transformation.get('RescaleSlope', 1))
    intercept = 0 if is_float else first(transformation.get('RescaleIntercept', 0))
    y = x * slope + intercept
    voi = group_of(ds, number, 'FrameVOILUTSequence')
    if 'WindowCenter' not in voi:
        voi = ds
    if asked is not None:
        y = window(y, *asked)
    elif 'WindowCenter' in voi:
        shape = voi.get('VOILUTFunction', 'LINEAR').lower().replace('_', '-')
        y = window(y, first(voi.WindowCenter), first(voi.WindowWidth), shape)
    elif ds.BitsStored == 1:
        y = y * 255
    elif not (ds.BitsStored == 8 and ds.PixelRepresentation == 0 and slope == 1 and intercept == 0):
        # What is padding does not stretch the range that stands in for a window.
        low, high = y[~padding].min(), y[~padding].max()
        y = np.clip((y - low) / max(high - low, 1e-9), 0, 1) * 255
    if ds.PhotometricInterpretation == 'MONOCHROME1' or ds.get('PresentationLUTShape') == 'INVERSE':
        y = 255 - y
    y = np.where(padding, 0, np.floor(y + 0.5))
    if ds.get('PixelPresentation') in ('COLOR', 'MIXED') and 'RedPaletteColorLookupTableDescriptor' in ds:
        palette = palette_of(ds)
        gray = np.repeat(y[..., None], 3, axis=-1)
        return np.where((x >= palette[0][0])[..., None], through(palette, x), gray)
    return y


def main(corpus):
    pictures = []
    for file, program, numbers, asked in CASES:
        ds = native(os.path.join(corpus, file), program)
        for number in numbers:
            picture = np.asarray(render(ds, number, asked)).reshape(-1)
            places = np.linspace(0, picture.size - 1, SAMPLES).astype(int)
            sampled = np.clip(np.floor(picture[places] + 0.5), 0, 255).astype(np.uint8)
            channels = picture.size // (ds.Rows * ds.Columns)
            entry = {'file': file, 'frame': number}
            if asked is not None:
                entry['window'] = {'center': asked[0], 'width': asked[1], 'shape': asked[2]}
            mean = round(float(picture.mean()), 3)
            pictures.append({**entry, 'size': [ds.Columns, ds.Rows, channels], 'mean': mean,
                             'samples': base64.b64encode(sampled.tobytes()).decode()})
    json.dump({'samples': SAMPLES, 'pictures': pictures}, sys.stdout, indent=1)
    sys.stdout.write('\n')


main(sys.argv[1])
