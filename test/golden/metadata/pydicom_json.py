"""Writes the DICOM JSON Model of files as pydicom has it: one JSON object a line, {"file": ..., "json": ...} or {"file": ..., "error": ...}.

A value longer than 1024 octets is given as the SHA-256 of its octets, in BulkDataURI.
"""

import hashlib
import json
import sys
import warnings

import pydicom

warnings.simplefilter("ignore")


def digest(element):
    value = element.value if isinstance(element.value, bytes) else repr(element.value).encode()
    return hashlib.sha256(value).hexdigest()


for file in sys.argv[1:]:
    try:
        data_set = pydicom.dcmread(file, force=True)
        model = data_set.to_json_dict(bulk_data_threshold=1024, bulk_data_element_handler=digest)
        print(json.dumps({"file": file, "json": model}))
    except Exception as error:
        print(json.dumps({"file": file, "error": f"{type(error).__name__}: {error}"}))
