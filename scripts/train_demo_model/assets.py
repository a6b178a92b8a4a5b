"""Two data files of the package openai-whisper: the mel filters and the vocabulary strings.

Neither is a weight. The package is fetched once by pip as a source archive, without its
dependencies, and read in place; nothing of it is imported or run.
"""
import os
import subprocess
import sys
import tarfile
from pathlib import Path

PACKAGE, VERSION = "openai-whisper", "20250625"
FOLDER = Path(os.environ.get("DEMO_MODEL_ASSETS", Path.home() / ".cache" / "train_demo_model"))


def archive():
    """Path of the source archive, fetched when it is not there."""
    path = FOLDER / f"openai_whisper-{VERSION}.tar.gz"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:",
                        "--no-build-isolation", "--dest", str(FOLDER), f"{PACKAGE}=={VERSION}"], check=True)
    return path


def read(name):
    """Bytes of one file in whisper/assets."""
    with tarfile.open(archive()) as package:
        return package.extractfile(f"openai_whisper-{VERSION}/whisper/assets/{name}").read()
