/* The protocol of Sources/FluxgateSignal/BlockRing.swift: one writer, one reader, no lock.
 *
 * Checked exhaustively for SLOTS slots and BLOCKS blocks (see check.sh). The names are the source's:
 * head and tail are the shared cursors, tailSeen and headSeen each side's copy of the other's.
 *
 * Weak memory is modelled where it matters. A slot's bytes and a cursor's store are separate steps,
 * and a load may return the cursor's newest value or, as an acquire load may, an older one: `late`
 * holds a value that was true some time ago. Release and acquire forbid seeing a cursor before what
 * was written ahead of it, so old values are the only surprise left.
 *
 * Mistakes that must be found (one at a time):
 *   PUBLISH_EARLY  the cursor is stored before the slot is filled
 *   RETURN_EARLY   the slot is given back before it has been read
 *   OVERWRITE      the writer does not refuse when the ring is full
 *   FORGET         a refused block is not counted
 */
#ifndef SLOTS
#define SLOTS 2
#endif
#ifndef BLOCKS
#define BLOCKS 5
#endif

#define NOBODY 0
#define WRITER 1
#define READER 2

byte head = 0;       /* blocks published */
byte tail = 0;       /* blocks consumed */
byte lateHead = 0;   /* what a late load of head may still see */
byte lateTail = 0;

byte slot[SLOTS];    /* the block's number; 0 while it is being written */
byte held[SLOTS];    /* who touches the slot at this moment */

byte offered = 0;    /* blocks that the writer wished to publish */
byte overruns = 0;   /* those refused, as the caller counts them */
byte refused = 0;    /* those refused, as they were */
byte accepted = 0;
byte consumed = 0;
byte newest = 0;     /* number of the newest block consumed */
bool written = false;

inline touch(place, who) {
  atomic {
    assert(held[place] == NOBODY);
    held[place] = who
  }
}

inline leave(place, who) {
  atomic {
    assert(held[place] == who);
    held[place] = NOBODY
  }
}

inline fill(place, number) {
  touch(place, WRITER);
  slot[place] = 0;
  slot[place] = number;
  leave(place, WRITER)
}

active proctype writer() {
  byte myHead = 0;
  byte tailSeen = 0;
  do
  :: offered == BLOCKS -> break
  :: offered < BLOCKS ->
    offered++;
    if
    :: myHead - tailSeen == SLOTS ->
      if
      :: tailSeen = tail
      :: lateTail >= tailSeen -> tailSeen = lateTail
      fi
    :: else -> skip
    fi;
    assert(myHead - tailSeen <= SLOTS);
    if
#ifdef OVERWRITE
    :: false ->
#else
    :: myHead - tailSeen == SLOTS ->
#endif
      refused++;
#ifndef FORGET
      overruns++
#endif
    :: else ->
#ifdef PUBLISH_EARLY
      myHead++;
      atomic { lateHead = head; head = myHead };
      fill((myHead - 1) % SLOTS, offered);
#else
      fill(myHead % SLOTS, offered);
      myHead++;
      atomic { lateHead = head; head = myHead };
#endif
      accepted++
    fi
  od;
  written = true
}

active proctype reader() {
  byte myTail = 0;
  byte headSeen = 0;
  byte number;
  bool last;
  do
  :: true ->
    /* The order of these two matters: what was published before `written` is seen after it. */
    last = written;
    if
    :: myTail == headSeen ->
      if
      :: headSeen = head
      :: !last && lateHead >= headSeen -> headSeen = lateHead
      fi
    :: else -> skip
    fi;
    if
    :: myTail == headSeen && last -> break
    :: myTail == headSeen && !last -> skip
    :: myTail != headSeen ->
#ifdef RETURN_EARLY
      atomic { lateTail = tail; tail = myTail + 1 };
#endif
      touch(myTail % SLOTS, READER);
      number = slot[myTail % SLOTS];
      assert(number > newest);          /* in order, none twice, none half written */
      newest = number;
      assert(slot[myTail % SLOTS] == number);
      leave(myTail % SLOTS, READER);
      myTail++;
#ifndef RETURN_EARLY
      atomic { lateTail = tail; tail = myTail };
#endif
      consumed++
    fi
  od;
  /* Nothing is lost but what was refused, and that was counted. */
  assert(consumed == accepted);
  assert(accepted + overruns == BLOCKS);
  assert(overruns == refused)
}
