"""The zip gate: nothing is inflated before the whole structure of an archive has been checked.

Programs that read zip files disagree about crafted archives, and a stranger can profit from what one sees and the
next does not. So only archives that every reader understands alike are taken (PKWARE APPNOTE 6.3.10, 4.3):
central directory and local headers agree, the members lie end to end from the first byte to the directory, and the
end record is the end of the file. This package is the only reader, so there is no second one to disagree with.

What it decides where the format leaves room:

* Names without the UTF-8 flag are UTF-8 where all such names of the archive are (as the macOS Finder writes them),
  else CP932 (as Windows in Japan writes them). Names are checked after decoding and kept in Unicode form C.
* `OK.csv` beside `ok.csv`, or the same letters in forms C and D, are one name twice: refused.
* An archive comment is refused, except the bare commit id that `git archive` and GitHub put there.
* A single folder around everything is taken off the names. Folders and litter of operating systems are left out.
* An archive in an archive stays an opaque file.
"""

from __future__ import annotations

from app.publishing.archive.kinds import looks_like
from app.publishing.archive.limits import LIMITS, ArchiveLimits
from app.publishing.archive.names import name_fault
from app.publishing.archive.signatures import Kind
from app.publishing.archive.unpacking import Entry, unpack

__all__ = ["LIMITS", "ArchiveLimits", "Entry", "Kind", "looks_like", "name_fault", "unpack"]
