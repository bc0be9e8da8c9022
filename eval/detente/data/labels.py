"""The closed inventories of labels, in the order in which tables and confusion matrices show them."""

NULL = "none"
"""How alternatives write a value that is null."""


def written(value: object) -> str:
    """A value as alternatives write it: `none` for null, `true` or `false`, else as it is."""
    return NULL if value is None else str(value).lower() if isinstance(value, bool) else str(value)


REFERENCE_TASK = "content_extraction"
"""The task whose gold is not the dataset but reference texts (`--gold`)."""

SPLITS = ("train", "validation", "test")
"""Of challenge suites; a dataset of pages has the last one only."""

ENGINES = ("local", "dask")
"""Where long work can be done."""

GOLD_FORMATS = ("article-extraction", "wceb", "fundus", "snippets", "webmainbench", "wcxb", "text")
"""Of reference texts. `text` is a folder of .txt, .md or .html files, or ids and texts in JSON or JSON Lines."""

OPTION_VALUES = {
    "paratext": ("ignore", "content", "boilerplate"),
    "alternatives": ("reject", "accept"),
    "empty": ("zero", "drop"),
}
"""What the choices that change what counts as right may be, each with its default first."""

EXCHANGE_FORMATS = ("conll", "brat", "label-studio", "web-annotation")
"""Of annotation tools: what `detente dataset export` writes and `detente dataset import` reads."""

LABEL_GOLD_FORMATS = ("semeval2016", "fnc1", "newsmtsc", "labels")
"""Of gold of labels. `labels` is ids and labels in JSON Lines, JSON, CSV, TSV or Parquet."""

BASES = ("stated", "inferred", "unknown")

TYPES_OF_ZONE = {
    "body": ("paragraph",),
    "paratext": (
        *("headline", "subheading", "standfirst", "dateline", "byline", "date", "caption", "credit"),
        *("pull_quote", "correction_note", "syndication_note", "other_paratext"),
    ),
    "boilerplate": (
        *("navigation", "share", "related", "promotion", "legal", "tags", "metadata", "comments"),
        *("placeholder", "ad", "other_boilerplate"),
    ),
}
"""`other_paratext` and `other_boilerplate` are for what has no type of its own."""
ZONES = tuple(TYPES_OF_ZONE)
ZONE_OF_TYPE = {kind: zone for zone, kinds in TYPES_OF_ZONE.items() for kind in kinds}
SEGMENT_TYPES = tuple(ZONE_OF_TYPE)

STANCE_LABELS = ("favor", "against", "none")
STANCE_TARGETS = ("ct_cooperation", "information_exchange", "olympics_security", "official_dialogue")
STANCE_TIMES = ("past", "current", "conditional")
TELLERS = ("own", "other")
EXPRESSIONS = ("explicit", "inferred", "enacted")
SCALE = (-2, 2)

SOURCE_KINDS = ("person", "official_body", "group", "state", "bloc", "outlet", "agency", "text", "voice")
MEDIA_KINDS = ("outlet", "agency", "voice")
_OCCASIONS = (
    *("interview", "statement", "press_release", "readout", "call", "broadcast", "speech", "news_conference"),
    *("meeting", "social_media", "article", "document"),
)
EVENT_KINDS = (*_OCCASIONS, "other_event")
CHANNELS = (*_OCCASIONS, "other_media", "unspecified")
"""How a link of a chain heard of a claim: `unspecified` where the page does not say."""


def label_of_scale(scale: float | None) -> str:
    """The stance label that a scale value folds to: at least .5 is favor, at most -.5 against, all else none."""
    if scale is None or -0.5 < scale < 0.5:
        return "none"
    return "favor" if scale > 0 else "against"


CLAIM_TYPES = ("commitment", "position", "evaluation", "numerical", "causal", "speech_act", "state", "event")
PRESENTATIONS = ("asserted", "reported", "denied", "questioned")
NO_CLAIM_REASONS = ("reporting", "frame", "emphasis", "doubt", "no_clause", "repeated")
CLAIM_ZONES = ("body", "headline", "subheading")
RELATIONS = ("same", "more_specific", "less_specific", "compatible_value", "conflicting")
AGREEMENT_LABELS = ("agree", "disagree", "discuss", "unrelated")
VOICES = ("own", "relayed")

ATTRIBUTION_TYPES = ("direct", "indirect", "mixed", "none")
CUE_FORCES = ("endorsing", "neutral", "distancing")
DEGREES = ("wholly", "partially")
DERIVATION_KINDS = (
    "agency_copy",
    "agency_quote",
    "outlet_to_outlet",
    "official_text",
    "interview",
    "common_source",
)
CONFIDENCES = ("low", "medium", "high")
KNOWN_BASES = ("stated", "inferred")
OPERATIONS = ("verbatim", "rewritten", "compressed", "expanded", "shared_quotation", "quote_altered")

LABELS_OF_CONTRAST = {"stance": STANCE_LABELS, "agreement": AGREEMENT_LABELS}
CONTRAST_TASKS = tuple(LABELS_OF_CONTRAST)
CONTRAST_LABELS = (*STANCE_LABELS, *AGREEMENT_LABELS)
EDITS = ("flip", "remove", "keep")
