"""Records what Hugging Face's tokenizers makes of the files in packages/trainer/test/recorded/tokenizers, for tokenizers-recorded.test.ts.

pip install tokenizers==0.23.2; python test/support/record-tokenizers.py; npx oxfmt packages/trainer/test/recorded
"""

import json
import pathlib
import random

from tokenizers import Tokenizer

FOLDER = pathlib.Path("packages/trainer/test/recorded/tokenizers")
PARTS = [
    "<s>", "</s>", "<pad>", "<unk>", "<0x41>", "<0xC3>", "<0x+a>", " ", "  ", "   ", "\n", "\t", "\r\n", "\u0000", "\u007f", "\u0085",
    "\u00a0", "\u202f!", "\u2028", "\u3000", "\ufeff", "\u2581", "\u0120", "é", "e\u0301", "\u1100\u1161\u11a8", "ก็", "👩‍👩‍👧", "🇩🇪", "👍🏽", "\U0010ffff",
    "station", " station", "don't", "l'été", "où est", "größere", "Привет", " как", "東京", "首都です。", "isn't", "...", "?!", "—", "«", "7.45", "<", ">", "s", "a", "Z",
]


def any_text(rng):
    """Of all planes, surrogates left out."""
    planes = [(0, 0x7F), (0x80, 0x24F), (0x250, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x10FFFF)]
    return "".join(chr(rng.randint(*rng.choice(planes))) for _ in range(rng.randrange(9)))


def texts(rng):
    yield from ["", " ", "a" * 500, "東" * 200, " " * 40, "station" * 60, *PARTS]
    for _ in range(250):
        yield "".join(rng.choice(PARTS) for _ in range(rng.randrange(1, 9)))
    for _ in range(100):
        yield any_text(rng)


for unit in ["char", "word", "bpe", "unigram"]:
    rng = random.Random(unit)
    tokenizer = Tokenizer.from_file(str(FOLDER / f"{unit}.json"))
    # Texts that look like special tokens stay texts.
    tokenizer.encode_special_tokens = True
    size = tokenizer.get_vocab_size()
    drawn = [[rng.randrange(size if rng.random() < 0.5 else min(size, 270)) for _ in range(rng.randrange(12))] for _ in range(250)]
    recorded = {
        "texts": [[text, tokenizer.encode(text, add_special_tokens=False).ids] for text in texts(rng)],
        "ids": [[ids, tokenizer.decode(ids)] for ids in drawn],
    }
    (FOLDER / f"{unit}.hugging-face.json").write_text(json.dumps(recorded, separators=(",", ":")) + "\n")
