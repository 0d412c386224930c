"""Problems of data that may tell of persons: nothing is refused for it, but somebody has to decide."""

from __future__ import annotations

from app.kernel.report import Severity
from app.kernel.text import Text
from app.publishing.problems.message import Message

PERSONAL: dict[str, Message] = {
    "personal-individual-numbers": Message(
        Text(
            "列「{column}」に、個人番号と見られる値が {count} 件あります(最初は {row} 行目「{value}」)。",
            "“{column}” seems to hold individual numbers: {count} cells (the first is “{value}” on line {row}).",
        ),
        Text(
            "列を削除してください。個人番号を公開することは法律で禁じられています。",
            "Delete the column. The law forbids publishing these numbers.",
        ),
        Severity.WARNING,
    ),
    "personal-mail-addresses": Message(
        Text(
            "列「{column}」に、個人のメールアドレスらしい値が {count} 件あります(最初は {row} 行目「{value}」)。",
            "“{column}” holds mail addresses of persons: {count} cells (the first is “{value}” on line {row}).",
        ),
        Text(
            "部署の代表アドレスに替えるか、列を削除してください。",
            "Give an office's address instead, or delete the column.",
        ),
        Severity.WARNING,
    ),
    "personal-mobile-phones": Message(
        Text(
            "列「{column}」に、携帯電話の番号が {count} 件あります(最初は {row} 行目「{value}」)。",
            "“{column}” holds mobile phone numbers: {count} cells (the first is “{value}” on line {row}).",
        ),
        Text(
            "代表電話に替えるか、本人が公表に同意しているかを確かめてください。",
            "Give an office's number instead, or see that each person agreed to it.",
        ),
        Severity.WARNING,
    ),
    "personal-landlines": Message(
        Text(
            "列「{column}」に、個人のものと見られる電話番号が {count} 件あります(最初は {row} 行目「{value}」)。",
            "“{column}” holds phone numbers of persons: {count} cells (the first is “{value}” on line {row}).",
        ),
        Text(
            "列を削除するか、公表してよい番号かを確かめてください。",
            "Delete the column, or see that these may be public.",
        ),
        Severity.WARNING,
    ),
    "personal-person-names": Message(
        Text(
            "列「{column}」に、氏名と見られる値が {count} 件あります(最初は {row} 行目「{value}」)。",
            "“{column}” holds names of persons: {count} cells (the first is “{value}” on line {row}).",
        ),
        Text(
            "役職者など公表してよい人の名前かを確かめ、そうでなければ列を削除してください。",
            "See whether they may be public, as those of office holders are; if not, delete the column.",
        ),
        Severity.WARNING,
    ),
    "personal-birth-dates": Message(
        Text(
            "列「{column}」に、生年月日が {count} 件あります(最初は {row} 行目「{value}」)。",
            "“{column}” holds dates of birth: {count} cells (the first is “{value}” on line {row}).",
        ),
        Text(
            "年代に置き換えるか、列を削除してください。",
            "Give age bands instead, or delete the column.",
        ),
        Severity.WARNING,
    ),
    "personal-home-addresses": Message(
        Text(
            "列「{column}」に、個人の住所と見られる値が {count} 件あります(最初は {row} 行目「{value}」)。",
            "“{column}” holds home addresses: {count} cells (the first is “{value}” on line {row}).",
        ),
        Text(
            "市区町村や町名までにするか、列を削除してください。",
            "Cut them to the municipality or district, or delete the column.",
        ),
        Severity.WARNING,
    ),
    "personal-person-records": Message(
        Text(
            "列「{column}」に、一人一行の記録と見られる値が {count} 件あります(最初は {row} 行目「{value}」)。",
            "“{column}” tells of single persons, one a row: {count} cells (the first is “{value}” on line {row}).",
        ),
        Text(
            "集計した表にするか、組み合わせから本人が分からないかを確かめてください。",
            "Publish sums instead, or see that no combination tells who somebody is.",
        ),
        Severity.WARNING,
    ),
    "personal-small-cells": Message(
        Text(
            "列「{column}」に、少人数の集計値(1 人や 2 人)が {count} 件あります(最初は {row} 行目「{value}」)。",
            "“{column}” holds counts of one or two persons: {count} cells (the first is “{value}” on line {row}).",
        ),
        Text(
            "区分を大きくまとめるか、小さい値を秘匿してください。",
            "Use broader groups, or suppress the small values.",
        ),
        Severity.WARNING,
    ),
}
