"""Builds the wheel that `pip install ./python-agent` installs: one module. A build backend of our own, because any other would have to
be downloaded first, also by those who have no network. Called by pip (PEP 517), in the folder of pyproject.toml.
"""

import base64
import hashlib
import io
import os
import tarfile
import zipfile

NAME, VERSION = "gilscope_agent", "0.1.0"
_HERE = os.path.dirname(os.path.abspath(__file__))
_FILES = ["pyproject.toml", "marks/gilscope_agent.py", "marks/wheel_backend.py"]
_METADATA = """Metadata-Version: 2.1
Name: gilscope-agent
Version: %s
Summary: Marks regions and instants of a program on gilscope's time axis; does nothing while gilscope does not record.
License: MIT
Requires-Python: >=3.8
""" % VERSION
_WHEEL = "Wheel-Version: 1.0\nGenerator: gilscope\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    info = "%s-%s.dist-info" % (NAME, VERSION)
    with open(os.path.join(_HERE, NAME + ".py"), "rb") as file:
        module = file.read()
    files = {NAME + ".py": module, info + "/METADATA": _METADATA.encode(), info + "/WHEEL": _WHEEL.encode()}
    record = "".join("%s,sha256=%s,%d\n" % (name, _digest(data), len(data)) for name, data in files.items())
    files[info + "/RECORD"] = (record + info + "/RECORD,,\n").encode()
    name = "%s-%s-py3-none-any.whl" % (NAME, VERSION)
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, data in files.items():
            wheel.writestr(zipfile.ZipInfo(path), data)
    return name


def build_sdist(sdist_directory, config_settings=None):
    base = "%s-%s" % (NAME, VERSION)
    with tarfile.open(os.path.join(sdist_directory, base + ".tar.gz"), "w:gz") as sdist:
        for path in _FILES:
            sdist.add(os.path.join(os.path.dirname(_HERE), path), "%s/%s" % (base, path))
        entry = tarfile.TarInfo(base + "/PKG-INFO")
        entry.size = len(_METADATA)
        sdist.addfile(entry, io.BytesIO(_METADATA.encode()))
    return base + ".tar.gz"


def _digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
