import { mediaTypeName } from '../negotiation/media-type-name.ts';
import { parseMediaType } from '../syntax/media-type.ts';

const extensions: Readonly<Record<string, string>> = {
  'application/dicom': '.dcm',
  'application/octet-stream': '.bin',
  'application/pdf': '.pdf',
  'application/xml': '.xml',
  'image/dicom-rle': '.rle',
  'image/jls': '.jls',
  'image/jp2': '.jp2',
  'image/jpeg': '.jpg',
  'image/jphc': '.jphc',
  'image/jpx': '.jpx',
  'image/jxl': '.jxl',
  'model/mtl': '.mtl',
  'model/obj': '.obj',
  'model/stl': '.stl',
  'text/xml': '.xml',
  'video/h265': '.h265',
  'video/mp4': '.mp4',
  'video/mpeg': '.mpg',
};

/** Extension, with its dot, of a file of a media type. */
export function fileExtensionOf(mediaType: string): string {
  const parsed = parseMediaType(mediaType);
  return (parsed.ok ? extensions[mediaTypeName(parsed.value)] : undefined) ?? '.bin';
}
