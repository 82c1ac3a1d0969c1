------------------------------- MODULE Judge -------------------------------
(* The verdicts on the records of one partition, whose log is any log at all.  *)
(* What they mean is a function of the log (Meant). Two come to them: a worker *)
(* that judges once for all views that it folds, with a memory that a restart  *)
(* clears; and the archiver, which writes the archive and the ledger, from     *)
(* which both begin anew. README.md says what each constant, invariant and bug *)
(* switch means. Offsets begin at 0.                                           *)
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS
  N,             \* records of the log at most
  Keys, NoKey,   \* of records; nothing waits behind one without a key
  Ids,           \* identities of events: source and id
  Contents,      \* what a record may be by itself: subset of {"event", "dead", "unknown-type"}
  Resolutions,   \* subset of {"discard", "redrive"}
  DeadLetters,   \* "hold" | "skip"
  WithinRecords, \* the window of duplicates: so many offsets before
  HeldLimit,     \* events held at once, at most
  MaxKept,       \* judgements that a memory keeps to give them again
  Views,         \* that the worker folds
  Archiving,     \* FALSE: the archive stays empty, whoever begins anew reads the log from its start
  Rewinding,     \* FALSE: a view goes elsewhere only when the worker restarts
  Bugs           \* seeded mistakes, see README.md

VARIABLES
  log,      \* the records
  meaning,  \* meaning[n + 1]: what the definition says of the first n records
  archive,  \* [to, rows, ledger]                                       files and Postgres, one transaction
  judge,    \* the worker's memory
  view      \* [v -> [foldedTo, rows, aside]]

vars == <<log, meaning, archive, judge, view>>

-----------------------------------------------------------------------------
Bug(b)     == b \in Bugs
Min(a, b)  == IF a < b THEN a ELSE b
MinOf(S)   == CHOOSE x \in S : \A y \in S : x <= y
MaxOf(S)   == CHOOSE x \in S : \A y \in S : x >= y
Only(S)    == CHOOSE x \in S : TRUE
If(c, n)   == IF c THEN n ELSE 0
Map(s, F(_)) == [i \in DOMAIN s |-> F(s[i])]
None       == -1
NoId       == NoKey

RECURSIVE ByPlace(_)
ByPlace(S) == IF S = {} THEN <<>>
              ELSE LET x == CHOOSE x \in S : \A y \in S : x.place <= y.place IN <<x>> \o ByPlace(S \ {x})

\* `resolves`: None, or the offset that it resolves, as `by` says. A redrive's content is the event in the place of the dead record.
Record(content, key, id, by, resolves) == [content |-> content, key |-> key, id |-> id, by |-> by, resolves |-> resolves]
At(o)      == log[o + 1]
Window(o)  == o - WithinRecords
IsEvent(c) == c = "event"

-----------------------------------------------------------------------------
(* What verdicts mean (libs/core/src/naive/naive-verdicts.ts): of all that     *)
(* waits, in order of place, what stands behind something of its key waits on; *)
(* what nothing dead of its key stands before counts, from here on.            *)

Nothing == [seen |-> {}, waiting |-> {}, verdicts |-> <<>>, rows |-> <<>>, duplicates |-> 0]

Behind(x, others) == /\ DeadLetters = "hold" /\ x.key # NoKey
                     /\ \E y \in others : y.key = x.key /\ y.place < x.place

\* What a log means that ends with the record r at o; m is what it means without.
Meant(m, r, o) ==
  LET open    == {x \in m.waiting : x.isDead /\ x.offset = r.resolves}
      others  == m.waiting \ open
      itself  == [ offset |-> o, isDead |-> TRUE, id |-> r.id,
                   place |-> IF open = {} THEN o ELSE Only(open).place, key |-> IF open = {} THEN r.key ELSE Only(open).key ]
      hasRoom == Cardinality({x \in m.waiting : ~x.isDead}) < HeldLimit
      verdict == IF      r.resolves # None /\ (open = {} \/ r.by = "discard")    THEN "resolution"
                 ELSE IF r.content = "dead"                                      THEN "dead"
                 ELSE IF ~IsEvent(r.content)                                     THEN "event"
                 ELSE IF \E e \in m.seen : e.id = r.id /\ e.offset >= Window(o)  THEN "duplicate"
                 ELSE IF ~Behind(itself, others)                                 THEN "event"
                 ELSE IF hasRoom                                                 THEN "held"
                 ELSE                                                                 "dead"
      waits    == IF verdict \in {"dead", "held"} THEN {[itself EXCEPT !.isDead = (verdict = "dead")]} ELSE {}
      waiting  == others \cup waits
      dead     == {x \in waiting : x.isDead}
      released == {x \in waiting \ dead : ~Behind(x, dead)}
      counts   == (IF verdict = "event" /\ IsEvent(r.content) THEN <<itself>> ELSE <<>>) \o ByPlace(released)
      isSeen   == IsEvent(r.content) /\ verdict \notin {"resolution", "dead"}
  IN [ seen       |-> IF isSeen THEN m.seen \cup {[id |-> r.id, offset |-> o]} ELSE m.seen,
       waiting    |-> waiting \ released,
       verdicts   |-> Append(m.verdicts, verdict),
       rows       |-> m.rows \o Map(counts, LAMBDA x : [offset |-> x.offset, place |-> x.place, key |-> x.key]),
       duplicates |-> m.duplicates + If(verdict = "duplicate", 1) ]

Of(m)     == meaning[m + 1]
Waiting(m, isDead) == {x \in m.waiting : x.isDead = isDead}
\* What an answer at an offset must say: the events that count, in the order in which they are folded, and how many are set aside.
Answer(n) ==
  LET m == Of(n) IN
  [ rows  |-> Map(m.rows, LAMBDA x : x.offset),
    aside |-> [ deadLetters |-> Cardinality(Waiting(m, TRUE)), duplicates |-> m.duplicates,
                held |-> Cardinality(Waiting(m, FALSE)) ] ]

-----------------------------------------------------------------------------
(* A reader's memory (libs/core/src/events/record-judge.ts). It is shown       *)
(* records in order. `index` has the identities of the window, `waiting` what  *)
(* waits in order of place, `kept` the judgements that are not of plain events *)
(* or plain duplicates, oldest first, from keptFrom on.                        *)

Fresh == [judgedTo |-> 0, keptFrom |-> 0, index |-> {}, waiting |-> <<>>, kept |-> <<>>, isNewer |-> FALSE]

\* Mistake: what a record is by itself depends on the types that the reader's catalog has.
Content(j, r) == CASE j.isNewer /\ Bug("TypeAdded") /\ r.content = "unknown-type" -> "dead"
                   [] j.isNewer /\ Bug("TypeRemoved") /\ r.content = "dead"       -> "unknown-type"
                   [] OTHER                                                       -> r.content

\* All that one record changes.
Judgement(verdict, x, closed, by, released) ==
  [ verdict |-> verdict, closed |-> closed, by |-> by, released |-> released,
    place |-> IF x = <<>> THEN None ELSE x[1].place, key |-> IF x = <<>> THEN NoKey ELSE x[1].key ]
Plain(verdict) == Judgement(verdict, <<>>, None, "none", <<>>)

InIndex(j, o, id) == \E e \in j.index : e.id = id /\ e.offset >= Window(o)
\* `counts`: whether one that is no duplicate has been there, for those that follow.
Indexed(j, o, id, counts) ==
  LET isDuplicate == InIndex(j, o, id)
      inWindow == {e \in j.index : e.offset >= Window(o)}
  IN [j EXCEPT !.index = IF WithinRecords > 0 /\ (counts \/ isDuplicate)
                         THEN inWindow \cup {[offset |-> o, id |-> id, isDuplicate |-> isDuplicate]} ELSE inWindow]

Keep(j, o, judgement) ==
  LET kept == Append(j.kept, [offset |-> o, judgement |-> judgement])
  IN [ judgement |-> judgement,
       j |-> IF Len(kept) <= MaxKept THEN [j EXCEPT !.kept = kept]
             ELSE [j EXCEPT !.kept = Tail(kept), !.keptFrom = kept[1].offset + 1] ]

Queue(waiting, key) ==
  IF DeadLetters = "hold" /\ key # NoKey THEN SelectSeq(waiting, LAMBDA x : x.key = key) ELSE <<>>
\* An event of the key has to wait; in the place of a dead record: something stands before that.
IsHeld(waiting, key, open) ==
  LET queue == Queue(waiting, key) IN
  CASE Bug("Overtakes") /\ open = <<>>        -> FALSE
    [] Bug("RedriveOvertakes") /\ open # <<>> -> FALSE
    [] OTHER                                  -> queue # <<>> /\ <<queue[1]>> # open

\* The dead record goes, x (or nothing) comes to its place; the events of its key that nothing dead stands before any more go.
Resolved(waiting, dead, x) ==
  LET at    == Only({i \in DOMAIN waiting : waiting[i] = dead})
      put   == SubSeq(waiting, 1, at - 1) \o x \o SubSeq(waiting, at + 1, Len(waiting))
      queue == Queue(put, dead.key)
      front == IF Bug("ReleasePast") THEN {i \in DOMAIN queue : ~queue[i].isDead}
               ELSE {i \in DOMAIN queue : \A k \in 1..i : ~queue[k].isDead}
      IsFree(y) == \E i \in front : queue[i] = y
  IN [waiting |-> SelectSeq(put, LAMBDA y : ~IsFree(y)), released |-> SelectSeq(queue, IsFree)]

\* The record at o is judged as `verdict`. `open`: <<>>, or the dead record that it resolves. x: <<>>, or what waits from here on.
Judged(j, o, verdict, open, by, x) ==
  LET resolved == IF open = <<>> THEN [waiting |-> j.waiting \o x, released |-> <<>>] ELSE Resolved(j.waiting, open[1], x)
      released == Map(resolved.released, LAMBDA y : y.offset)
      closed   == IF open = <<>> THEN None ELSE open[1].offset
  IN Keep([j EXCEPT !.waiting = resolved.waiting], o,
          Judgement(verdict, x, closed, IF open = <<>> THEN "none" ELSE by, released))

JudgeContent(j, o, open) ==
  LET r         == At(o)
      content   == Content(j, r)
      key       == IF open = <<>> THEN r.key ELSE open[1].key
      place     == IF open = <<>> THEN o ELSE open[1].place
      X(isDead) == <<[offset |-> o, isDead |-> isDead, id |-> r.id, place |-> place, key |-> key]>>
      isHeld    == IsHeld(j.waiting, key, open)
      hasRoom   == Len(SelectSeq(j.waiting, LAMBDA x : ~x.isDead)) < HeldLimit
      indexed   == Indexed(j, o, r.id, ~isHeld \/ hasRoom \/ Bug("OverflowRemembered"))
      PlainOr(verdict, memory) == IF open = <<>> THEN [j |-> memory, judgement |-> Plain(verdict)]
                                  ELSE Judged(memory, o, verdict, open, "redrive", <<>>)
  IN IF      content = "dead"     THEN Judged(j, o, "dead", open, "redrive", X(TRUE))
     ELSE IF ~IsEvent(content)    THEN PlainOr("event", j)
     ELSE IF InIndex(j, o, r.id)  THEN PlainOr("duplicate", indexed)
     ELSE IF ~isHeld              THEN PlainOr("event", indexed)
     ELSE IF hasRoom              THEN Judged(indexed, o, "held", open, "redrive", X(FALSE))
     ELSE                              Judged(indexed, o, "dead", open, "redrive", X(TRUE))

JudgeNew(j, o) ==
  LET r    == At(o)
      open == SelectSeq(j.waiting, LAMBDA x : x.isDead /\ x.offset = r.resolves)
  IN IF      r.resolves = None                                          THEN JudgeContent(j, o, <<>>)
     ELSE IF r.by = "redrive" /\ (open # <<>> \/ Bug("RedriveTwice"))   THEN JudgeContent(j, o, open)
     ELSE IF open # <<>>                                                THEN Judged(j, o, "resolution", open, "discard", <<>>)
     ELSE                                                                    Keep(j, o, Plain("resolution"))

\* What was judged comes out the same.
JudgeAgain(j, o) ==
  LET before == SelectSeq(j.kept, LAMBDA x : x.offset = o)
      mark   == \E e \in j.index : e.isDuplicate /\ e.offset = o
      isDuplicate == IF Bug("IndexNotRewound") THEN \E e \in j.index : e.id = At(o).id ELSE mark
  IN IF      Bug("QueueNotRewound")                     THEN [JudgeNew(j, o) EXCEPT !.j = j]
     ELSE IF before # <<>>                              THEN [j |-> j, judgement |-> before[1].judgement]
     ELSE IF IsEvent(Content(j, At(o))) /\ isDuplicate  THEN [j |-> j, judgement |-> Plain("duplicate")]
     ELSE                                                    [j |-> j, judgement |-> Plain("event")]

PassTo(j, o) == IF o > j.judgedTo THEN [j EXCEPT !.judgedTo = o] ELSE j
Judge(j, o)  == IF o < j.judgedTo THEN JudgeAgain(j, o)
                ELSE LET new == JudgeNew(j, o) IN [new EXCEPT !.j = PassTo(@, o + 1)]

-----------------------------------------------------------------------------
(* Beginning anew (libs/flows/src/judged-partition.ts): what waits from the    *)
(* ledger as of the offset, or where the archive ends, if that is lower; from  *)
(* there on by judging; the window of duplicates from the log.                 *)

WaitsAt(x, o)  == x.offset < o /\ (x.closedAt = None \/ x.closedAt >= o)
Bare(x)        == [offset |-> x.offset, isDead |-> x.isDead, id |-> x.id, place |-> x.place, key |-> x.key]
LastState(atMost) ==
  LET offset == Min(atMost, archive.to)
      InWindow(o) == Window(offset) <= o /\ o < offset
  IN [ offset     |-> offset,
       waiting    |-> {Bare(x) : x \in {y \in archive.ledger :
                         /\ IF Bug("LedgerNow") THEN y.closedAt = None ELSE WaitsAt(y, offset)
                         /\ y.isDead \/ ~Bug("HeldForgotten")}},
       redrives   |-> {o \in {x.closedAt : x \in {y \in archive.ledger : y.by = "redrive"}} : InWindow(o)},
       overflowed |-> {o \in {x.offset : x \in {y \in archive.ledger : y.isOverflow}} : InWindow(o)} ]

\* A record before the state that the reader begins with.
Remember(j, o, state) ==
  LET r == At(o)
      isPassed == \/ r.resolves # None /\ (IF Bug("RedriveRemembered") THEN r.by = "discard"
                                           ELSE o \notin state.redrives \/ Bug("RedriveForgotten"))
                  \/ o \in state.overflowed /\ ~Bug("OverflowRemembered")
  IN IF isPassed \/ ~IsEvent(Content(j, r)) THEN j ELSE Indexed(j, o, r.id, TRUE)

RECURSIVE RememberAll(_, _, _)
RememberAll(j, o, state) == IF o >= state.offset THEN j ELSE RememberAll(Remember(j, o, state), o + 1, state)
RECURSIVE JudgeAll(_, _, _)
JudgeAll(j, o, to) == IF o >= to THEN j ELSE JudgeAll(Judge(j, o).j, o + 1, to)

ReadFrom(o) ==
  LET wanted == CASE Bug("IndexForgotten") -> o [] Bug("WindowTooShort") -> Window(o) + 1 [] OTHER -> Window(o)
  IN IF wanted < 0 THEN 0 ELSE wanted

Begin(j, o) ==
  LET state == LastState(o)
      begun == [Fresh EXCEPT !.judgedTo = state.offset, !.keptFrom = state.offset, !.isNewer = j.isNewer,
                             !.waiting = ByPlace(state.waiting)]
      from  == IF Bug("StateNotCaughtUp") THEN o ELSE state.offset
  IN PassTo(JudgeAll(RememberAll(begun, ReadFrom(state.offset), state), from, o), o)

StandsAt(j, o) == /\ o <= j.judgedTo
                  /\ Bug("IndexNotRewound") \/ Bug("QueueNotRewound") \/ (o >= j.keptFrom /\ o >= Window(j.judgedTo))
GoTo(j, o) == IF StandsAt(j, o) THEN j ELSE Begin(j, o)

-----------------------------------------------------------------------------
Init ==
  /\ log     = <<>>
  /\ meaning = <<Nothing>>
  /\ archive = [to |-> 0, rows |-> <<>>, ledger |-> {}]
  /\ judge   = Fresh
  /\ view    = [v \in Views |-> [foldedTo |-> 0, rows |-> <<>>, aside |-> [deadLetters |-> 0, duplicates |-> 0, held |-> 0]]]

End == Len(log)
\* A record that nobody has read yet makes no difference to anybody; so the log grows when somebody stands at its end.
IsRead == End = MaxOf({archive.to} \cup {view[v].foldedTo : v \in Views})

\* Anybody may append anything: also resolutions of what is resolved, or never was dead.
Dead(o)   == Of(End).verdicts[o + 1] = "dead"
IsOpen(o) == \E x \in Of(End).waiting : x.isDead /\ x.offset = o
Resolving(by, IsWanted(_)) == {o \in 0..(End - 1) : by \in Resolutions /\ IsWanted(o)}
Resolvable(o) == Dead(o) \/ o = 0
Appendable ==
  {Record("event", k, i, "none", None) : k \in Keys, i \in Ids}
  \cup {Record(c, k, NoId, "none", None) : c \in Contents \ {"event"}, k \in Keys}
  \cup {Record("dead", At(o).key, NoId, "discard", o) : o \in Resolving("discard", Dead)}
  \cup {Record("event", At(o).key, i, "redrive", o) : i \in Ids, o \in Resolving("redrive", Resolvable)}
  \cup {Record(c, At(o).key, NoId, "redrive", o) : c \in Contents \ {"event"}, o \in Resolving("redrive", IsOpen)}

AppendRecord ==
  /\ End < N /\ IsRead
  /\ \E r \in Appendable :
       /\ log' = Append(log, r)
       /\ meaning' = Append(meaning, Meant(Of(End), r, End))
  /\ UNCHANGED <<archive, judge, view>>

-----------------------------------------------------------------------------
(* The worker. It judges from the least of the views that it folds; each view  *)
(* takes the record where it stands. A view that waits at a boundary, or is    *)
(* not loaded, is left out of `folding`.                                       *)

Folded(x, o, judgement) ==
  [ foldedTo |-> o + 1,
    rows     |-> x.rows \o (IF judgement.verdict = "event" /\ IsEvent(At(o).content) THEN <<o>> ELSE <<>>)
                       \o judgement.released,
    aside    |-> [ deadLetters |-> x.aside.deadLetters + If(judgement.verdict = "dead", 1)
                                                       - If(judgement.closed # None, 1),
                   duplicates  |-> x.aside.duplicates + If(judgement.verdict = "duplicate", 1),
                   held        |-> x.aside.held + If(judgement.verdict = "held", 1) - Len(judgement.released) ] ]

Fold(folding) ==
  LET from  == MinOf({view[v].foldedTo : v \in folding})
      ahead == MaxOf({view[v].foldedTo : v \in folding})
      ready == GoTo(judge, from)
      done  == Judge(IF Bug("PassAhead") THEN PassTo(ready, ahead) ELSE ready, from) IN
  /\ from < End
  /\ judge' = done.j
  /\ view' = [v \in Views |-> IF v \in folding /\ view[v].foldedTo = from
                              THEN Folded(view[v], from, done.judgement) ELSE view[v]]
  /\ UNCHANGED <<log, meaning, archive>>

Restart ==
  /\ judge # Fresh
  /\ judge' = [Fresh EXCEPT !.isNewer = Bug("TypeAdded") \/ Bug("TypeRemoved")]
  /\ UNCHANGED <<log, meaning, archive, view>>

\* What the archive says of the offsets below a cut.
ArchiveAt(cut) ==
  LET below   == SelectSeq(archive.rows, LAMBDA x : x.appliedOffset < cut)
      waiting == {x \in archive.ledger : WaitsAt(x, cut)}
  IN [ rows  |-> Map(SelectSeq(below, LAMBDA x : x.verdict = "event"), LAMBDA x : x.offset),
       aside |-> [ deadLetters |-> Cardinality({x \in waiting : x.isDead}),
                   duplicates  |-> Len(SelectSeq(below, LAMBDA x : x.verdict = "duplicate")),
                   held        |-> Cardinality({x \in waiting : ~x.isDead}) ] ]

\* A view's record begins anew at a cut that the archive has reached, be it below or above, or goes back to what it once was
\* (Cut.tla). The worker's memory stays as it is.
Move(v) ==
  /\ Rewinding \/ judge.judgedTo = 0
  /\ \E c \in 0..End :
       /\ c # view[v].foldedTo /\ (c < view[v].foldedTo \/ c <= archive.to)
       /\ LET answer == IF c <= archive.to THEN ArchiveAt(c) ELSE Answer(c)
          IN view' = [view EXCEPT ![v] = [foldedTo |-> c, rows |-> answer.rows, aside |-> answer.aside]]
  /\ UNCHANGED <<log, meaning, archive, judge>>

-----------------------------------------------------------------------------
(* The archiver. It begins anew before each range, which is the hardest case.  *)

RECURSIVE ArchiveRange(_, _, _, _)
ArchiveRange(j, o, to, x) ==
  IF o >= to THEN x
  ELSE LET done     == Judge(j, o)
           g        == done.judgement
           Row(offset, applied, verdict) == [offset |-> offset, appliedOffset |-> applied, verdict |-> verdict]
           isRow    == g.verdict = "duplicate" \/ (g.verdict = "event" /\ IsEvent(At(o).content))
           own      == IF isRow THEN <<Row(o, o, g.verdict)>> ELSE <<>>
           released == Map(g.released, LAMBDA y : Row(y, IF Bug("OwnOffset") THEN y ELSE o, "event"))
           opened   == IF g.verdict \notin {"dead", "held"} THEN {}
                       ELSE {[ offset |-> o, isDead |-> g.verdict = "dead", id |-> At(o).id, place |-> g.place, key |-> g.key,
                               isOverflow |-> g.verdict = "dead" /\ IsEvent(At(o).content), closedAt |-> None, by |-> "none" ]}
           Close(y) == CASE y.offset = g.closed /\ y.closedAt = None               -> [y EXCEPT !.closedAt = o, !.by = g.by]
                         [] \E i \in DOMAIN g.released : g.released[i] = y.offset  -> [y EXCEPT !.closedAt = o, !.by = "release"]
                         [] OTHER                                                  -> y
           ledger   == {Close(y) : y \in x.ledger} \cup opened
       IN ArchiveRange(done.j, o + 1, to, [to |-> o + 1, rows |-> x.rows \o own \o released, ledger |-> ledger])

\* Mistake (LedgerApart): killed after the range is live, and before what it changes of what waits is written.
ArchiveTo(to) ==
  LET range == ArchiveRange(Begin(Fresh, archive.to), archive.to, to, archive) IN
  /\ \/ archive' = range
     \/ Bug("LedgerApart") /\ archive' = [range EXCEPT !.ledger = archive.ledger]
  /\ UNCHANGED <<log, meaning, judge, view>>

-----------------------------------------------------------------------------
Next ==
  \/ AppendRecord
  \/ \E folding \in (SUBSET Views) \ {{}} : Fold(folding)
  \/ Restart
  \/ \E v \in Views : Move(v)
  \/ Archiving /\ \E to \in (archive.to + 1)..End : ArchiveTo(to)

Spec == Init /\ [][Next]_vars

Perms == Permutations(Keys \ {NoKey}) \cup Permutations(Ids) \cup Permutations(Views)

-----------------------------------------------------------------------------
(* What must hold of those who come to verdicts.                               *)

\* (1) An answer is what the log below its offset means, whichever view, and wherever its record and its worker began.
AnswerExact == \A v \in Views : LET x == view[v] IN Answer(x.foldedTo) = [rows |-> x.rows, aside |-> x.aside]
\* The same of the events alone.
EventsExact == \A v \in Views : Answer(view[v].foldedTo).rows = view[v].rows

\* (2) So is the archive, cut at any offset that it has reached: also between an event that was held and what released it.
ArchiveExact == \A cut \in 0..archive.to : ArchiveAt(cut) = Answer(cut)

\* (3) The ledger tells, of any offset that the archive has reached, what waited there.
LedgerExact ==
  \A o \in 0..archive.to : {Bare(x) : x \in {y \in archive.ledger : WaitsAt(y, o)}} = Of(o).waiting

\* (4) What the worker remembers is what the log means where it stands.
MemoryExact ==
  /\ judge.waiting = ByPlace(Of(judge.judgedTo).waiting)
  /\ LET InWindow(e) == e.offset >= Window(judge.judgedTo) IN
     {[id |-> e.id, offset |-> e.offset] : e \in {x \in judge.index : InWindow(x)}} = {e \in Of(judge.judgedTo).seen : InWindow(e)}

(* What must hold of the meaning itself.                                       *)

Counted(m, o) == Cardinality({i \in DOMAIN m.rows : m.rows[i].offset = o})

\* (5) Every record is one thing: an event that counts once, or waits, or is set aside for good.
Conserved ==
  LET m == Of(End) IN
  \A o \in 0..(End - 1) :
    LET verdict == m.verdicts[o + 1]
        isOpen  == \E x \in m.waiting : x.offset = o
    IN Counted(m, o) = CASE verdict = "event" -> If(IsEvent(At(o).content), 1)
                         [] verdict = "held"  -> If(~isOpen, 1)
                         [] OTHER             -> 0

\* (6) Nothing is held but behind a dead record of its key.
HeldBehindDead ==
  \A x \in Waiting(Of(End), FALSE) : \E y \in Waiting(Of(End), TRUE) : y.key = x.key /\ y.place < x.place

\* (7) `hold`: the events of a key count in the order of their places, where a redriven one has that of the dead record.
Ordered(By(_)) ==
  LET rows == Of(End).rows
      AreOfOneKey(x, y) == DeadLetters = "hold" /\ x.key = y.key /\ x.key # NoKey
  IN \A i, k \in DOMAIN rows : i < k /\ AreOfOneKey(rows[i], rows[k]) => By(rows[i]) < By(rows[k])
InOrder == Ordered(LAMBDA x : x.place)

\* For showing that it is reached (it must be violated): of their own offsets. So wherever `first` and `latest` go by the
\* offset, between events of one time, they may go against the order of the key.
InOrderOfOffsets == Ordered(LAMBDA x : x.offset)
=============================================================================
