"""Turns prompts into the inputs of the exported models.

    from tokenizer import Tokenizer
    inputs = Tokenizer("tokenizer.json")(["a red circle moves right"])
    # text_encoder.onnx takes characters, pairs, triples, terms, mask [B,L],
    # backbone.onnx takes words/ids, words/mask [B,W].
"""
import json
import re
import unicodedata

import numpy


def hash_of(text):
    """FNV-1a over UTF-16 code units, mixed by the finaliser of MurmurHash3."""
    units = text.encode("utf-16-le")
    h = 0x811C9DC5
    for low, high in zip(units[::2], units[1::2]):
        h = (h ^ low ^ high << 8) * 0x01000193 & 0xFFFFFFFF
    h = (h ^ h >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    h = (h ^ h >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    return h ^ h >> 16


class Tokenizer:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.table = json.load(file)
        for name in "invisible stacked optional hyphens term segment word".split():
            setattr(self, name, re.compile(self.table[name]))

    def normalise(self, prompt):
        text = re.sub("[\ud800-\udfff]", "\ufffd", prompt).lower()
        text = re.sub(r"\s+", " ", self.invisible.sub("", text))
        return self.stacked.sub(r"\1", unicodedata.normalize("NFC", text)).strip()

    def length(self, segments):
        """Characters that are kept: all, or as many whole words as fit."""
        limit, length = self.table["maxCharacters"], 0
        for segment in segments:
            if length + len(segment) > limit:
                return length if length > limit / 2 else limit
            length += len(segment)
        return length

    def character_row(self, character):
        if "blocks" not in self.table:
            return hash_of(character) % self.table["characterRows"]
        row, code = 1, ord(character)
        for first, last in self.table["blocks"]:
            if code <= last:
                return row + code - first if code >= first else 0
            row += last - first + 1
        return 0

    def ngram_rows(self, text, n):
        marks = ["^" if i < n - 1 else "" for i in range(len(text))]
        grams = [text[max(0, i - n + 1) : i + 1] for i in range(len(text))]
        return [hash_of(f"{m}{n}{g}") % self.table["ngramRows"] for m, g in zip(marks, grams)]

    def term_rows(self, text):
        """Row of the video term that each character is part of; 0 for none."""
        places = [i for i, c in enumerate(text) if not self.optional.match(c)]
        letters = self.hyphens.sub(" ", "".join(text[i] for i in places))
        rows, places = [0] * len(text), places + [len(text)]
        for found in self.term.finditer(letters):
            start, end = places[found.start()], places[found.end()]
            rows[start:end] = [self.table["terms"][found.group()]] * (end - start)
        return rows

    def __call__(self, prompts):
        columns = {name: [] for name in ("characters", "pairs", "triples", "terms", "words/ids")}
        for prompt in prompts:
            text = self.normalise(prompt)
            segments = self.segment.findall(text)
            kept = text[: self.length(segments)]
            columns["characters"].append([self.character_row(c) for c in kept])
            columns["pairs"].append(self.ngram_rows(kept, 2))
            columns["triples"].append(self.ngram_rows(kept, 3))
            columns["terms"].append(self.term_rows(kept))
            columns["words/ids"].append([hash_of(s) % self.table["wordRows"] for s in segments if self.word.search(s)])
        inputs = {}
        for name, rows in columns.items():
            size = self.table["maxWords" if name == "words/ids" else "maxCharacters"]
            padded = [row[:size] + [0] * (size - len(row)) for row in rows]
            inputs[name] = numpy.array(padded, numpy.int32)
            if name in ("characters", "words/ids"):
                mask = [[float(i < len(row)) for i in range(size)] for row in rows]
                inputs["mask" if name == "characters" else "words/mask"] = numpy.array(mask, numpy.float32)
        return inputs
