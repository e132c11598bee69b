"""Stops a file that is too large while it is still coming in, before it fills a disk; small parts of forms pass."""

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

# A little above the largest file that any page takes, which then refuses it in its own words.
MOST_BYTES = 11 * 1024 * 1024


class SizeLimit(FileUploadHandler):
    """The first handler of every upload: it keeps nothing and counts."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass a piece on to the next handler, unless it is one too many."""
        self._received += len(raw_data)
        if self._received > MOST_BYTES:
            self.request.is_upload_too_large = True  # type: ignore[union-attr]
            # What still comes in is read and dropped, so that the sender sees the page that says why.
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Keep nothing: the next handler has the file."""
        return
