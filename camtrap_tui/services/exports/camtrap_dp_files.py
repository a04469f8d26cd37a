"""Where the pictures of a Camtrap DP package are: in it, at an address, or in the survey's folders.

Nothing in a package leads to what it is to keep back: neither an address that lets its reader in,
nor, where coordinates are rounded or people blurred, a file that tells more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from camtrap_tui.domain.camtrap_dp_paths import allowed_path
from camtrap_tui.domain.text import counted
from camtrap_tui.services.exports.camtrap_dp_cells import public_address
from camtrap_tui.services.exports.picture_files import PictureFiles, header_of
from camtrap_tui.services.exports.pictures import Picture, shows_people
from camtrap_tui.services.exports.request import ExportRequest
from camtrap_tui.store.store import Store

FOLDER = "media"
_TELLS_PLACE = "is not in the package as a picture: its file tells exactly where it was taken"


@dataclass(slots=True)
class FilePaths:
    """Puts pictures into a package where that is asked for, and tells where each is.

    `omit` hears why a picture that should be in it is not, and which.
    """

    store: Store
    request: ExportRequest
    folder: Path
    omit: Callable[[str, str], None]
    _files: PictureFiles | None = field(init=False)
    _elsewhere: int = 0
    _secret: int = 0
    _addresses: int = 0

    def __post_init__(self) -> None:
        how, people = self.request.options.pictures or "none", self.request.people
        self._files = None
        if how != "none":
            self._files = PictureFiles(self.store, self.folder, how=how, people=people)

    def path(self, picture: Picture) -> str:
        """Return the filePath of a picture."""
        inside = self._put(picture, self._files) if self._files else ""
        if inside:
            return inside
        image = picture.image
        address = ""
        if image.url and not self._is_blurred(picture):
            tells = self._files is not None and self._tells_place(picture, self._files)
            address = "" if tells else public_address(image.url)
            self._secret += not (address or tells)
        self._addresses += bool(address)
        self._elsewhere += not address
        return address or allowed_path(image.file_path or image.media_id)

    def _put(self, picture: Picture, files: PictureFiles) -> str:
        """Put a picture into the package; return where, empty where it cannot be there."""
        image = picture.image
        if not self._is_blurred(picture) and self._tells_place(picture, files):
            self.omit(_TELLS_PLACE, image.file_path or image.media_id)
            return ""
        target = f"{FOLDER}/{files.name(image)}"
        why = files.put(picture, target)
        if why:
            said = f"is not in the package as a picture: it {why}"
            self.omit(said, image.file_path or image.media_id)
        return "" if why else target

    def _is_blurred(self, picture: Picture) -> bool:
        return self.request.people == "blur" and shows_people(picture)

    def _tells_place(self, picture: Picture, files: PictureFiles) -> bool:
        """Tell whether the file of a picture has the position that is to be rounded."""
        found = None if self.request.options.decimals is None else files.find(picture.image)
        if found is None:
            return False
        header = header_of(found.path)
        return header is None or bool(header.gps_raw) or header.latitude is not None

    def notes(self) -> list[str]:
        """Return sentences on what a reader of the package must know of its pictures' paths."""
        notes = self._files.notes() if self._files else []
        if self._elsewhere:
            notes.append(
                f"{counted(self._elsewhere, 'filePath')} neither in the package nor an address:"
                " a path in the survey's folders."
            )
        if self._secret:
            notes.append(
                f"{counted(self._secret, 'address', 'addresses')} with a key in it (a signature,"
                " a password): left out, since whoever reads it may see the picture."
            )
        if self._addresses and self.request.options.decimals is not None:
            notes.append(
                f"{counted(self._addresses, 'address', 'addresses')} of pictures: if the camera"
                " wrote its position into them, everybody can read it there. Coordinates are"
                " rounded in the tables alone."
            )
        return notes
