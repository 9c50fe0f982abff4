#!/usr/bin/env python3
"""Writes the inputs that a fuzzer begins with into a folder: Fuzzers/seeds.py soql|sosl|csv FOLDER"""
import json
import pathlib
import sys

name, folder = sys.argv[1], pathlib.Path(sys.argv[2])
SHARED = pathlib.Path(__file__).resolve().parent.parent.parent / "shared"
OWN = {
    "soql": ["SELECT Id, Name FROM Account", "SELECT COUNT(Id) n FROM Case GROUP BY ROLLUP(Status) HAVING COUNT(Id) > 1 ORDER BY n DESC NULLS LAST LIMIT 5 OFFSET 1",
             "SELECT (SELECT Id FROM Contacts) FROM Account WHERE Id NOT IN (SELECT AccountId FROM Contact WHERE Email LIKE 'a%\\'b')"],
    "sosl": ["FIND {高橋 AND (sakura OR \"a b\") AND NOT x*} IN NAME FIELDS RETURNING Contact(Id, Name WHERE Email != NULL ORDER BY Name LIMIT 3) LIMIT 9"],
    "csv": ["\0\0\7A,B\r\n\"a \"\"b\"\", c\nd\",2\n,\n", "\1\1\1A\tB\nx\t\"y", "\6\2\3\ufeffName;Größe\n山田;1\n"],
}
seeds = [text.encode() for text in OWN[name]]
if name == "csv":
    for path in sorted((SHARED / "data").glob("**/*.csv")):
        if path.stat().st_size < 100_000:
            seeds += [bytes([n, n, 6 * n]) + path.read_bytes()[:4000] for n in range(3)]
else:
    corpus = SHARED / "corpus" / f"{name}-dev.jsonl"
    if corpus.exists():
        seeds += [json.loads(line)["query"].encode() for line in corpus.read_text(encoding="utf-8").splitlines() if line.strip()]
    else:
        print("There is no corpus beside the project: the fuzzer begins with a few inputs of its own.", file=sys.stderr)
for number, seed in enumerate(seeds):
    (folder / f"seed-{number:05d}").write_bytes(seed)
