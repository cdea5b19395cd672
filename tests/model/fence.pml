/* The term fence: who may write a partition, decided by the log alone (libs/event_log/term_fence.h, and how
 * libs/runtime/partition.cc uses it).
 *
 * INSTANCES instances share one partition. Each folds the log at its own pace, may claim at any moment (also from a
 * stale state), sends batches of one or two commits while it believes that it owns, gives up on a batch at any moment,
 * may leave (a claim that vacates: nobody owns by it), also with commits under way, which the runtime does not do, and
 * may crash and fold again from the start. An instance that takes no step is a paused one: when it goes on, it is a
 * zombie. The network brings each record to the log at any later moment, never, once or twice, each record of a batch
 * for itself and in any order: worse than either engine does.
 *
 * A record's chain is SHA-256(previous chain || record); here the record's own number stands for it, since a record is
 * admitted at most once (asserted), and so after one history only.
 *
 * Asserted:
 *   ACKED      an acknowledged commit has been admitted, and so is never void (a verdict is final)
 *   ONCE       no record is admitted twice
 *   BASIS      an admitted commit was decided over exactly the admitted records before it
 *   ONE OWNER  the terms of admitted claims rise, so that a term has one owner
 *   AGREE      every reader reaches the same verdict on a record
 *
 * Planted faults, each of which must break an assertion: -DFAULT_ACK_ON_CONFIRM (the owner acknowledges what the log
 * has confirmed, without folding what stands before it), -DFAULT_NO_CHAIN (readers do not compare the previous chain),
 * -DFAULT_EQUAL_TERM (readers admit a claim with the current term),
 * -DFAULT_VACATE_ANY_TERM (readers admit a claim that vacates whatever its term).
 * Goals, which must be reached, or the model shows nothing: -DGOAL_BOTH_ACKNOWLEDGE, -DGOAL_VOID_COMMIT,
 * -DGOAL_SECOND_OF_BATCH_ALONE, -DGOAL_ACKNOWLEDGE_AFTER_LEAVING.
 */
#define INSTANCES 2
#ifndef RECORDS
#define RECORDS 5 /* that the log takes */
#endif
#ifndef CRASHES
#define CRASHES 1
#endif

/* The records that there can be: each instance has two claims to make and one batch of two commits. 0 is none. */
#define FIRST_CLAIM(i) (4 * (i) + 1)
#define SECOND_CLAIM(i) (4 * (i) + 2)
#define FIRST_COMMIT(i) (4 * (i) + 3)
#define SECOND_COMMIT(i) (4 * (i) + 4)
#define NUMBERS 9

byte term_of[NUMBERS];     /* of a claim; 0: it is a commit */
byte claim_of[NUMBERS];    /* a claim's own number, or that of the claim that a commit was made under */
byte previous_of[NUMBERS]; /* chain before a commit */
bit vacates[NUMBERS];      /* of a claim: nobody owns by it */
byte arrivals[NUMBERS];    /* that may still come: two from when the record is sent */

byte log[RECORDS]; /* numbers of records */
byte end = 0;

/* The fold of the whole log, which no instance sees. */
byte term_at_end = 0, claim_at_end = 0, chain_at_end = 0;
bit verdict[RECORDS];
bit admitted[NUMBERS];
byte crashes = 0;
#ifdef FAULT_ACK_ON_CONFIRM
bit confirmed[NUMBERS];
#endif
#ifdef GOAL_BOTH_ACKNOWLEDGE
bit acknowledged_by[INSTANCES];
#endif

#ifdef FAULT_EQUAL_TERM
#define HIGHER(record_term, now_term) ((record_term) >= (now_term))
#else
#define HIGHER(record_term, now_term) ((record_term) > (now_term))
#endif
#ifdef FAULT_NO_CHAIN
#define CHAIN_FITS(record_chain, now_chain) true
#else
#define CHAIN_FITS(record_chain, now_chain) ((record_chain) == (now_chain))
#endif

#ifdef FAULT_VACATE_ANY_TERM
#define VACATES_NOW(n) (vacates[n])
#else
#define VACATES_NOW(n) false
#endif

#define IS_CLAIM(n) (term_of[n] > 0)
#define ADMITS(n, now_term, now_claim, now_chain) \
  ((IS_CLAIM(n) && (VACATES_NOW(n) || HIGHER(term_of[n], now_term))) || \
   (!IS_CLAIM(n) && now_claim > 0 && claim_of[n] == now_claim && CHAIN_FITS(previous_of[n], now_chain)))

/* Takes record `n` into the log, and folds it. */
inline append(n) {
  arrivals[n]--;
  log[end] = n;
#ifdef FAULT_ACK_ON_CONFIRM
  confirmed[n] = 1;
#endif
  if
  :: ADMITS(n, term_at_end, claim_at_end, chain_at_end) ->
     assert(!admitted[n]); /* ONCE */
     admitted[n] = 1;
     verdict[end] = 1;
     if
     :: IS_CLAIM(n) ->
        assert(term_of[n] > term_at_end); /* ONE OWNER */
        term_at_end = term_of[n];
        claim_at_end = (vacates[n] -> 0 : n)
     :: else ->
        assert(previous_of[n] == chain_at_end) /* BASIS */
     fi;
     chain_at_end = n
  :: else ->
#ifdef GOAL_VOID_COMMIT
     assert(IS_CLAIM(n));
#endif
#ifdef GOAL_SECOND_OF_BATCH_ALONE
     assert(IS_CLAIM(n) || claim_of[n] != claim_at_end || admitted[previous_of[n]]);
#endif
     skip
  fi;
  end++
}

active proctype Network() {
end_network:
  do
  :: atomic { end < RECORDS && arrivals[1] > 0 -> append(1) }
  :: atomic { end < RECORDS && arrivals[2] > 0 -> append(2) }
  :: atomic { end < RECORDS && arrivals[3] > 0 -> append(3) }
  :: atomic { end < RECORDS && arrivals[4] > 0 -> append(4) }
  :: atomic { end < RECORDS && arrivals[5] > 0 -> append(5) }
  :: atomic { end < RECORDS && arrivals[6] > 0 -> append(6) }
  :: atomic { end < RECORDS && arrivals[7] > 0 -> append(7) }
  :: atomic { end < RECORDS && arrivals[8] > 0 -> append(8) }
  od
}

inline send(n, its_term, its_claim, its_previous) {
  term_of[n] = its_term;
  claim_of[n] = its_claim;
  previous_of[n] = its_previous;
  arrivals[n] = 2
}

inline acknowledge(n) {
  assert(admitted[n]); /* ACKED */
#ifdef GOAL_BOTH_ACKNOWLEDGE
  acknowledged_by[me] = 1;
  assert(!(acknowledged_by[0] && acknowledged_by[1]));
#endif
#ifdef GOAL_ACKNOWLEDGE_AFTER_LEAVING
  assert(!(vacates[SECOND_CLAIM(1 - me)] && admitted[SECOND_CLAIM(1 - me)]));
#endif
  skip
}

proctype Instance(byte me) {
  byte next = 0, term = 0, claim = 0, chain = 0; /* its fold */
  byte mine = 0;                                 /* its latest claim */
  bit owning = 0;
  byte first = 0, second = 0; /* the commits that it waits for */
  bit sent_batch = 0;
end_instance:
  do
  :: atomic { /* fold one record, and acknowledge by that alone */
       next < end ->
       if
       :: ADMITS(log[next], term, claim, chain) ->
          assert(verdict[next]); /* AGREE */
          chain = log[next];
          if
          :: IS_CLAIM(chain) ->
             term = term_of[chain];
             claim = (vacates[chain] -> 0 : chain);
             owning = (claim > 0 && claim == mine); /* by the log only, never by having sent a claim */
             first = 0;
             second = 0
          :: else ->
             if
             :: chain == first -> acknowledge(first); first = 0
             :: chain == second -> acknowledge(second); second = 0
             :: else
             fi
          fi
       :: else -> assert(!verdict[next]) /* AGREE */
       fi;
       next++
     }
  :: atomic { /* claim, also from a stale state */
       !owning && mine == 0 && !IS_CLAIM(FIRST_CLAIM(me)) ->
       mine = FIRST_CLAIM(me);
       send(mine, term + 1, mine, 0)
     }
  :: atomic { /* claim once more: the first was void, lost or given up */
       !owning && IS_CLAIM(FIRST_CLAIM(me)) && !IS_CLAIM(SECOND_CLAIM(me)) ->
       mine = SECOND_CLAIM(me);
       send(mine, term + 1, mine, 0)
     }
  :: atomic { /* leave, with the number of the second claim */
       owning && !IS_CLAIM(SECOND_CLAIM(me)) ->
       vacates[SECOND_CLAIM(me)] = 1;
       send(SECOND_CLAIM(me), term + 1, SECOND_CLAIM(me), 0);
       owning = 0; mine = 0
     }
  :: atomic { /* decide and append a batch of one or two */
       owning && !sent_batch ->
       sent_batch = 1;
       first = FIRST_COMMIT(me);
       send(first, 0, mine, chain);
       if
       :: second = SECOND_COMMIT(me); send(second, 0, mine, first)
       :: true
       fi
     }
  :: atomic { /* outcome unknown: give up, acknowledge nothing of it */
       owning && (first > 0 || second > 0) -> first = 0; second = 0; owning = 0; mine = 0
     }
  :: atomic { /* crash; fold again from the start */
       crashes < CRASHES && next > 0 ->
       crashes++;
       next = 0; term = 0; claim = 0; chain = 0; mine = 0; owning = 0; first = 0; second = 0
     }
#ifdef FAULT_ACK_ON_CONFIRM
  :: atomic { first > 0 && confirmed[first] -> acknowledge(first); first = 0 }
  :: atomic { second > 0 && confirmed[second] -> acknowledge(second); second = 0 }
#endif
  od
}

init {
  atomic { run Instance(0); run Instance(1) }
}
