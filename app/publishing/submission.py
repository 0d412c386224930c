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
from app.publishing.examination import Examination
from app.publishing.repair.choices import Choice


class Repairs(StrEnum):
    """What is to happen with repairs.

    Make them by their defaults; stop and ask where there is something to decide; stop and show in any case; make none.
    """

    APPLY = "apply"
    ASK = "ask"
    SHOW = "show"
    NONE = "none"


class Go(StrEnum):
    """What a decision asks for: check again with other choices, or publish (send for review where that is needed)."""

    CHECK = "check"
    PUBLISH = "publish"


class SubmissionState(StrEnum):
    """Where a submission stands."""

    RECEIVED = "received"
    PROCESSING = "processing"
    CHECKED = "checked"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    DECLINED = "declined"
    SUPERSEDED = "superseded"
    ABANDONED = "abandoned"


FINAL = frozenset(
    {
        SubmissionState.PUBLISHED,
        SubmissionState.UNCHANGED,
        SubmissionState.REFUSED,
        SubmissionState.DECLINED,
        SubmissionState.SUPERSEDED,
        SubmissionState.ABANDONED,
    }
)

MESSAGES: Mapping[SubmissionState, Text] = {
    SubmissionState.RECEIVED: Text(
        "ファイルを受け取りました。順番に確認します。", "The file is stored. It will be checked in its turn."
    ),
    SubmissionState.PROCESSING: Text("内容を確認しています。", "The contents are being checked."),
    SubmissionState.CHECKED: Text(
        "確認が終わりました。直した箇所を見て、公開するかどうかを決めてください。",
        "The check is done. Look at what would be repaired, then decide about publishing.",
    ),
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
    SubmissionState.SUPERSEDED: Text(
        "後から送られた新しい内容が先に公開されたため、この内容は公開していません。",
        "Something sent later was published first, so this was not.",
    ),
    SubmissionState.ABANDONED: Text("送った人が取りやめました。", "Its sender gave it up."),
}


@dataclass(frozen=True, slots=True)
class Details:
    """What the sender says beside the file; needed only where the file is no data package.

    `access` of `None` keeps what the dataset has, which is public for a new one. `repairs` of `None` takes the
    organization's own default.
    """

    title: str = ""
    description: str = ""
    license: str = ""
    notes: str = ""
    access: Access | None = None
    repairs: Repairs | None = None
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the reader has come: a step of `STEPS`, and the rows it has been through in that step."""

    step: str = ""
    resource: str = ""
    rows: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in. `file_name` is only shown, never used as a path."""

    stream: BinaryIO
    file_name: str
    organization_id: str
    details: Details = Details()


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission as its sender sees it.

    `holds` are reasons (codes of `personal.KINDS`) for which a governor has to decide before it can be published.
    `may_publish` says that its sender, or who decided on it, may, so that nobody else has to review it. `revision`
    grows with every change of the state; a decision that names another one comes too late. `reason` is what somebody
    wrote who approved or declined.
    """

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
    progress: Progress = Progress()
    examination: Examination = Examination()
    choices: tuple[Choice, ...] = ()
    holds: tuple[str, ...] = ()
    may_publish: bool = False
    revision: int = 0
    reason: str = ""

    @property
    def message(self) -> Text:
        """Say in a sentence where it stands."""
        return MESSAGES[self.state]

    @property
    def running(self) -> bool:
        """The portal still works on it."""
        return self.state in {SubmissionState.RECEIVED, SubmissionState.PROCESSING}

    @property
    def decidable(self) -> bool:
        """Somebody may choose repairs and have it checked again, or published."""
        return is_decidable(self.state, self.examination)


def is_decidable(state: SubmissionState, examination: Examination) -> bool:
    """Say whether choices are still possible: what was refused can be mended by them only where tables were read."""
    return state is SubmissionState.CHECKED or (state is SubmissionState.REFUSED and bool(examination.tables))
