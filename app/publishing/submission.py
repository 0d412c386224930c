"""A submission: one upload, from the moment it is safely stored to its outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO

from app.catalog.record import Access
from app.kernel.report import Report
from app.kernel.text import Text


class SubmissionState(StrEnum):
    """Where a submission stands."""

    RECEIVED = "received"
    PROCESSING = "processing"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    DECLINED = "declined"


FINAL = frozenset(
    {
        SubmissionState.PUBLISHED,
        SubmissionState.UNCHANGED,
        SubmissionState.REFUSED,
        SubmissionState.DECLINED,
    }
)

MESSAGES: Mapping[SubmissionState, Text] = {
    SubmissionState.RECEIVED: Text(
        "ファイルを受け取りました。順番に確認します。", "The file is stored. It will be checked in its turn."
    ),
    SubmissionState.PROCESSING: Text("内容を確認しています。", "The contents are being checked."),
    SubmissionState.IN_REVIEW: Text(
        "内容に問題はありません。公開担当者の承認を待っています。",
        "The contents are good. Somebody who may publish has to approve them.",
    ),
    SubmissionState.PUBLISHED: Text("データセットを公開しました。", "The dataset is published."),
    SubmissionState.UNCHANGED: Text(
        "公開中の内容と同じため、新しい版は作りませんでした。",
        "This is what is published already, so there is no new version.",
    ),
    SubmissionState.REFUSED: Text(
        "問題が見つかったため公開していません。下の指摘を直して、もう一度送ってください。",
        "Nothing was published, because of the problems below. Mend them and send the file again.",
    ),
    SubmissionState.DECLINED: Text("公開担当者が差し戻しました。", "It was sent back by somebody who may publish."),
}


@dataclass(frozen=True, slots=True)
class Details:
    """What the sender says beside the file; needed only where the file is no data package.

    `access` of `None` keeps what the dataset has, which is public for a new one.
    """

    title: str = ""
    description: str = ""
    license: str = ""
    notes: str = ""
    access: Access | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in. `file_name` is only shown, never used as a path."""

    stream: BinaryIO
    file_name: str
    organization_id: str
    details: Details = Details()


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission as its sender sees it."""

    id: str
    organization_id: str
    state: SubmissionState
    file_name: str
    size: int
    created: datetime
    updated: datetime
    report: Report
    dataset_id: str | None = None
    version_id: str | None = None

    @property
    def message(self) -> Text:
        """Say in a sentence where it stands."""
        return MESSAGES[self.state]

    @property
    def running(self) -> bool:
        """The portal still works on it."""
        return self.state in {SubmissionState.RECEIVED, SubmissionState.PROCESSING}
