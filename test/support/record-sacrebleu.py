"""Records sacreBLEU's figures on odd texts, which packages/trainer/test/measures-sacrebleu.test.ts holds ours against.

pip install sacrebleu==2.6.0 numpy; python test/support/record-sacrebleu.py > packages/trainer/test/recorded/sacrebleu.json; npx oxfmt packages/trainer/test/recorded
"""

import json
import random
import sys

import numpy as np
import sacrebleu
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.significance import Result, _paired_ar_test, _paired_bs_test

ODD = [
    ("Hello, world!", ["Hello , world !"]),
    ("", ["An empty answer."]),
    ("   ", ["White space alone"]),
    ("Something", [""]),
    ("", [""]),
    ("He said &quot;no&quot; &amp; left &lt;b&gt;.", ['He said "no" & left <b>.']),
    ("&amp;quot; &apos; &nbsp; &amp;lt;", ['&quot; \' \u00a0 &lt;', '" &apos; <']),
    ("3.14, 1,000.5 and 10. 20, .5 -3 4-5 x-y", ["3.14 , 1,000.5 and 10 . 20 , .5 -3 4 - 5 x-y"]),
    ("a.b,c.1,2.d", ["a . b , c.1,2.d"]),
    ("<skipped> words <skipped>", ["words"]),
    ("a hyphen at the line-\nend and a\nnew line", ["a hyphen at the lineend and a new line"]),
    ("ends with a hyphen-", ["ends with a hyphen -"]),
    ("no\u00a0break\u00a0space and\u202fnarrow\u2009thin", ["no break space and narrow thin"]),
    ("byte\ufefforder mark\u200bzero width", ["byte order mark zero width", "byte\ufefforder mark\u200bzero width"]),
    ("information\u001cseparators\u001dare\u001espaces\u001f to\u0085Python", ["information separators are spaces to Python"]),
    ("这是一个测试,一共12个字。", ["这是 一个 测试 , 一共 12 个 字 。", "这是一个测试,一共十二个字。"]),
    ("東京は、日本の首都です。", ["東京は日本の首都です"]),
    ("Привет, мир! Как дела?", ["Привет мир! Как твои дела?"]),
    ("مرحبا، كيف الحال؟", ["مرحبا ، كيف حالك ؟"]),
    ("👍🏽 ok 👨‍👩‍👧 😀😀!", ["👍 ok 👨‍👩‍👧 😀 😀 !"]),
    ("e\u0301tude nai\u0308ve", ["\u00e9tude na\u00efve"]),
    ("(hi) (hi. 'quoted' \"q\" ¿qué? «oui»", ["( hi ) ( hi . ' quoted ' \" q \" ¿ qué ? « oui »"]),
    ("$5.00 + €7,50 = 12½ ± 3% ×2", ["$ 5.00 + € 7,50 = 12 ½ ± 3 % × 2"]),
    ("२.५ ٣٫٥ 五.六 Ⅳ.x ²,³", ["२ . ५ ٣٫٥ 五 . 六 Ⅳ . x ² , ³"]),
    ("{a}[b](c)<d>|e|~f~`g`^h^_i_\\j\\@k@#l#", ["{ a } [ b ] ( c ) < d > | e | ~ f ~ ` g ` ^ h ^ _ i _ \\ j \\ @ k @ # l #"]),
    ("one", ["one"]),
    ("one two", ["one two"]),
    ("one two three", ["one two three"]),
    ("one two three four", ["one two three four"]),
    ("the the the the the the the", ["the cat is on the mat", "there is a cat on the mat"]),
    ("trailing spaces  \t \u3000", ["trailing spaces"]),
    ("\u3000ideographic\u3000space", ["ideographic space"]),
    ("a\tb\tc", ["a b c"]),
    ("... --- !!! ???", [". . . - - - ! ! ! ? ? ?"]),
    ("1-2-3 4.-5 6,-7 -8", ["1 - 2 - 3 4 .-5 6 , - 7 - 8"]),
    ("ǅ ﬁ Ⅷ ㎏ \U0001d504\U0001d505", ["Dž fi VIII kg \U0001d504\U0001d505"]),
    ("x" * 300, ["x" * 299 + "y"]),
    ("same length ties", ["same length tie", "a b c", "same length ties here now"]),
    ("a b c d", ["a b c", "a b c d e"]),
    ("\ud7ff\ue000\U0010ffff", ["\ud7ff \ue000 \U0010ffff"]),
    ("'tis o'clock rock'n'roll ''", ["' tis o ' clock rock ' n ' roll ''"]),
    ("a , b . c ; d : e", ["a, b. c; d: e"]),
]

ALPHABETS = [
    list("abc ,.-0123456789"),
    list("ab 1.,-&;'\"<>/()[]{}!?%$#@*+=~^_|\\`:"),
    ["the", " ", "cat", ",", ".", "sat", "3.5", "1,000", "-", "&quot;", "&amp;", "<skipped>", "-\n", "\n", "!"],
    list("абвгд .,!?«»—…№ "),
    list("你好世界,。!?、 abc12"),
    list("שלום عربي،؟ .1٢३५"),
    ["😀", "👍", "🏽", "\u200d", "é", "e\u0301", " ", "a", "\ufe0f", ".", "1"],
    ["\u00a0", "\u2009", "\u202f", "\u3000", "\u0085", "\u001c", "\ufeff", "\u200b", " ", "\t", "a", "b", ".", ",", "1"],
    list("½²Ⅳ€£¥§©®°±×÷ 1.,-ab"),
    list("कखगघ ।॥०१२.,-"),
    ["w%d" % i for i in range(9)] + [" "] * 9,
]


def text(rng, alphabet, most):
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(0, most)))


def changed(rng, alphabet, original):
    """The text with some characters taken out, put in, doubled or moved."""
    characters = list(original)
    for _ in range(rng.randint(0, 2 + len(characters) // 6)):
        at = rng.randint(0, len(characters))
        kind = rng.randint(0, 2)
        if kind == 0:
            characters.insert(at, rng.choice(alphabet))
        elif kind == 1 and characters:
            characters.pop(at % len(characters))
        elif characters:
            characters.append(characters.pop(at % len(characters)))
    return "".join(characters)


def random_segments(seed, count):
    rng = random.Random(seed)
    for i in range(count):
        alphabet = ALPHABETS[i % len(ALPHABETS)]
        first = text(rng, alphabet, 40)
        references = [first] + [changed(rng, alphabet, first) for _ in range(rng.choice([0, 0, 1, 2]))]
        yield changed(rng, alphabet, first), references


def metrics(effective_order):
    return {
        **{"bleu-" + tokens: BLEU(tokenize=tokens, effective_order=effective_order) for tokens in ("13a", "intl", "char", "none")},
        "chrf": CHRF(),
        "chrf+": CHRF(word_order=1),
        "chrf++": CHRF(word_order=2),
    }


def corpus_score(metric, segments):
    most = max(len(references) for _, references in segments)
    streams = [[references[k] if k < len(references) else None for _, references in segments] for k in range(most)]
    return metric.corpus_score([hypothesis for hypothesis, _ in segments], streams).score


def significance():
    """The tests' p-values with the very draws that gave them, for two systems that make different mistakes."""
    rng = random.Random(7)
    words = ["w%d" % i for i in range(30)]
    references = [" ".join(rng.choices(words, k=rng.randint(5, 12))) for _ in range(50)]
    answer = lambda reference, wrong: " ".join(rng.choice(words) if rng.random() < wrong else word for word in reference.split())
    first = [answer(reference, 0.22) for reference in references]
    second = [answer(reference, 0.22) for reference in references]
    streams = [references]
    samples, seed = 100, 12345
    recorded = {"references": references, "a": first, "b": second, "samples": samples}
    recorded["bootstrapDraws"] = np.random.default_rng(seed).choice(len(first), size=(samples, len(first)), replace=True).tolist()
    # Which segments change sides: sacreBLEU draws those that stay.
    stay = np.random.default_rng(seed).integers(2, size=(samples, len(first)), dtype=bool)
    recorded["swapDraws"] = (~stay).astype(int).tolist()
    for name, metric in {"bleu-13a": BLEU(), "chrf": CHRF()}.items():
        stats = metric._extract_corpus_statistics(first, streams)
        baseline = {name: (stats, Result(metric._aggregate_and_compute(stats).score))}
        _, bootstrap = _paired_bs_test(baseline, "b", second, streams, {name: metric}, samples, -1, seed)
        _, swapping = _paired_ar_test(baseline, "b", second, streams, {name: metric}, samples, -1, seed)
        recorded[name] = {
            "a": baseline[name][1].score,
            "b": bootstrap[name].score,
            "bootstrap": bootstrap[name].p_value,
            "mean": float(bootstrap[name].mean),
            "halfWidth": float(bootstrap[name].ci),
            "randomization": swapping[name].p_value,
        }
    return recorded


def record():
    assert sacrebleu.__version__ == "2.6.0"
    segments = ODD + list(random_segments(1, 440))
    sentences = [
        {
            "hypothesis": hypothesis,
            "references": references,
            "scores": {name: metric.sentence_score(hypothesis, references).score for name, metric in metrics(True).items()},
        }
        for hypothesis, references in segments
    ]
    groups = [list(range(len(ODD))), list(range(len(segments)))]
    groups += [list(range(len(ODD) + k, len(segments), len(ALPHABETS))) for k in range(len(ALPHABETS))]
    corpora = [
        {"segments": group, "scores": {name: corpus_score(metric, [segments[i] for i in group]) for name, metric in metrics(False).items()}}
        for group in groups
    ]
    return {"sacrebleu": sacrebleu.__version__, "sentences": sentences, "corpora": corpora, "significance": significance()}


json.dump(record(), sys.stdout, ensure_ascii=True, separators=(",", ":"))
