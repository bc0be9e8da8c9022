"""Who stands behind each proposition, worked out by hand from the gold claims and chains, held against the code."""

from detente.data.corpus import Corpus

BY_HAND = """
attack-toll                                000 001 002 003 004  0 4 -
islamic-state-claimed-attack               000 001 004          0 2 -
islamists-carried-out-attack               002                  1 1 russia
ukraine-linked-to-attack                   002                  1 1 russia
investigators-evidence-on-ukraine          000 001              1 1 russia
france-no-information-on-ukraine-link      002                  1 1 france
us-warned-russia                           003                  0 1 -
intelligence-failed-to-prevent-attack      003                  0 1 -
putin-called-us-warning-blackmail          -                    0 0 -
russian-intelligence-at-work               003                  1 1 russia
no-country-fully-protected                 003                  1 1 russia
fight-requires-international-cooperation   003                  1 1 russia
international-cooperation-not-realised     003                  1 1 russia
attack-revived-fears-for-games             002                  0 1 -
lecornu-shoigu-call                        002 003 004          1 2 france
lecornu-shoigu-last-talk-2022              002 003              1 2 france
high-level-contact-rare                    002                  0 1 -
call-discussed-ukraine-war                 002                  1 1 france
france-ready-for-exchanges                 002 003 004          1 1 france
france-ready-to-face-terrorism             002                  1 1 france
lecornu-against-instrumentalization        002                  1 1 france
lecornu-condemned-attack                   002                  1 1 france
lecornu-expressed-solidarity               002                  1 1 france
lecornu-condemned-war                      002 003              1 1 france
lecornu-reaffirmed-support                 002                  1 1 france
lecornu-aimed-to-pass-information          004                  1 1 france
russia-hoped-no-french-involvement         004                  1 1 russia
differing-accounts-of-call                 004                  0 1 -
macron-slammed-russian-tone                004                  0 1 -
france-russia-worked-together              000 001 004          2 2 france russia
france-offered-cooperation-in-march        002 003              1 2 france
cooperation-at-standstill                  000 001 004          2 2 france russia
france-cut-off-cooperation                 000 001              1 1 russia
france-cut-off-communication               000 001              1 1 russia
source-silent-on-channels                  003                  0 1 -
russia-shared-sochi-expertise              000 001              1 1 russia
france-set-up-embassy-mechanism            000 001              1 1 russia
russian-embassy-left-out                   000 001              1 1 russia
russian-embassy-not-informed               000 001              1 1 russia
russian-embassy-without-games-information  000 001              1 1 russia
no-dialogue-with-russian-embassy           000 001              1 1 russia
russia-will-warn-france                    000 001              1 1 russia
communication-on-threats-difficult         000 001              1 1 russia
talks-not-in-french-interest               004                  1 1 france
accounts-of-talks-are-lies                 004                  1 1 france
talks-may-need-trust-first                 004                  1 1 france
talks-may-need-military-change             004                  1 1 france
renewal-conditions-unmet                   004                  1 1 france
contact-technical-and-ministerial          002                  1 1 france
no-direct-talks-with-putin                 002                  1 1 france
macron-warned-putin-in-2022                002                  0 1 -
macron-in-moscow-in-2022                   002                  0 1 -
macron-putin-contact-during-war            002                  0 1 -
macron-putin-talks-ceased                  002                  0 1 -
macron-putin-last-call-2022                002                  0 1 -
macron-toughened-line                      002                  0 1 -
macron-left-troops-open                    002                  0 1 -
macron-infuriated-moscow                   004                  0 1 -
lavrov-blinken-call                        002                  0 1 -
shoigu-austin-call                         002                  0 1 -
lavrov-travels-to-g20                      002                  0 1 -
lavrov-western-talks-at-g20                -                    0 0 -
france-hosts-games                         000 001              0 1 -
games-begin                                002                  0 1 -
france-prepares-games                      002                  0 1 -
france-raised-alert                        000 001              0 1 -
france-tightened-security                  000 001              0 1 -
russia-disinformation-on-games             000 001              1 1 france
no-specific-threat-to-games                002                  1 1 france
seine-ceremony-planned                     002                  1 1 france
france-targeted-by-islamists               002                  0 1 -
france-asked-allies-for-forces             002                  0 1 -
request-shows-strains                      002                  0 1 -
russia-sent-forces-into-ukraine            000 001 002 003 004  1 3 france
ukraine-attacks-in-russia                  000 001              1 2 russia
france-supports-ukraine                    000 001 002          2 3 france russia
france-will-go-on-supporting-ukraine       002                  1 1 france
france-exchanges-information-with-ukraine  000 001              1 1 russia
russia-criticised-arms-for-ukraine         000 001              0 1 -
france-sent-cruise-missiles                000 001              0 1 -
russia-accused-france-over-fighters        000 001              0 1 -
french-fighters-for-ukraine                -                    0 0 -
relations-strained                         000 001              0 1 -
"""
"""Proposition, supporting articles, `sources_min`, `sources_max`, parties. By the definition that the datasheet prints,
entry by entry, by somebody who saw neither the code nor its result."""


def test_the_support_of_every_proposition_is_what_hand_work_finds(gold: Corpus) -> None:
    computed = [
        " ".join(
            [
                row["id"],
                *([name[-3:] for name in row["articles"]] or ["-"]),
                str(row["sources_min"]),
                str(row["sources_max"]),
                *(row["parties"] or ["-"]),
            ]
        )
        for row in gold.rows("propositions")
    ]
    assert computed == [" ".join(line.split()) for line in BY_HAND.strip().splitlines()]


def test_nobody_counts_more_often_at_the_least_than_at_the_most(gold: Corpus) -> None:
    for row in gold.rows("propositions"):
        assert len(row["parties"]) <= row["sources_min"] <= row["sources_max"]
        assert (row["sources_max"] > 0) == bool(row["articles"])
