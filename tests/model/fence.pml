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
 * With -DREQUESTS clients ask both instances, again and again, for one and the same command with a request id, and for
 * commands without one; an owner decides the former unless it has folded it, or has it in the batch.
 *
 * With -DALONE the faults end at some moment: from then on instance 0 is alone, does not crash, and what it sends
 * arrives once; of what was sent before, some may still come and some never does. Then it has two claims more to make,
 * after one of each instance.
 * Each step uses up something of which there is only so much, so every run ends, and PROGRESS looks at how.
 *
 * With -DSTUBBORN an instance goes on as the owner after it has folded another's claim, which the runtime does not do:
 * stepping down is a courtesy, the fence holds without it.
 *
 * A record's chain is SHA-256(previous chain || record); here the record's own number stands for it, since a record is
 * admitted at most once (asserted), and so after one history only.
 *
 * Asserted:
 *   ACKED      an acknowledged commit has been admitted, and so is never void (a verdict is final)
 *   ONCE       no record is admitted twice
 *   BASIS      an admitted commit was decided over exactly the admitted records before it
 *   OWNER      an admitted commit was made under the latest admitted claim, and that does not vacate
 *   ONE OWNER  the terms of admitted claims rise, so that a term has one owner
 *   AGREE      every reader reaches the same verdict on a record
 *   EFFECT     a command with a request id takes effect at most once (-DREQUESTS)
 *   PROGRESS   when nothing moves any more, a command of the one that is alone has been acknowledged (-DALONE)
 *
 * Planted faults, each of which must break an assertion:
 *   -DFAULT_ACK_ON_CONFIRM      the owner acknowledges what the log has confirmed, without folding what stands before it
 *   -DFAULT_ACK_UNKNOWN         the owner acknowledges what it gives up
 *   -DFAULT_OWN_ON_CONFIRM      an instance owns once its claim is confirmed, without folding up to it
 *   -DFAULT_NO_CHAIN            readers do not compare the previous chain
 *   -DFAULT_NO_CLAIM_ID         readers do not compare the claim (with -DSTUBBORN: else the chain says as much)
 *   -DFAULT_EQUAL_TERM          readers admit a claim with the current term
 *   -DFAULT_VACATE_ANY_TERM     readers admit a claim that vacates whatever its term
 *   -DFAULT_FORGET_REQUESTS     the owner does not look for the request id in what it has folded
 *   -DFAULT_FORGET_BATCH        nor, this one, in the batch
 *   -DFAULT_SAME_TERM           a claim has the term that its instance knows, not a higher one
 *   -DFAULT_NEVER_GIVE_UP       the owner waits for ever for a batch that is lost
 *   -DFAULT_CLAIM_ONCE          an instance whose claim came to nothing makes no other
 * Goals, which must be reached, or the model shows nothing: -DGOAL_BOTH_ACKNOWLEDGE, -DGOAL_VOID_COMMIT,
 * -DGOAL_SECOND_OF_BATCH_ALONE, -DGOAL_ACKNOWLEDGE_AFTER_LEAVING, -DGOAL_REPEAT_ELSEWHERE (the owner knows a request
 * that the other has taken), -DGOAL_LAST_CLAIM (the one that is alone needs its second claim).
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
#ifdef ALONE /* and two claims with a commit each of the one that is alone, in pairs */
#define LONE(k) (9 + 2 * (k))
#define NUMBERS 13
#define COPIES 1
#else
#define NUMBERS 9
#define COPIES 2
#endif

byte term_of[NUMBERS];     /* of a claim; 0: it is a commit */
byte claim_of[NUMBERS];    /* a claim's own number, or that of the claim that a commit was made under */
byte previous_of[NUMBERS]; /* chain before a commit */
bit vacates[NUMBERS];      /* of a claim: nobody owns by it */
byte arrivals[NUMBERS];    /* that may still come: COPIES from when the record is sent */

byte log[RECORDS]; /* numbers of records */
byte end = 0;

/* The fold of the whole log, which no instance sees. */
byte term_at_end = 0, claim_at_end = 0, chain_at_end = 0;
bit verdict[RECORDS];
bit admitted[NUMBERS];
byte crashes = 0;
#if defined(FAULT_ACK_ON_CONFIRM) || defined(FAULT_OWN_ON_CONFIRM)
#define CONFIRM(n) confirmed[n] = 1
bit confirmed[NUMBERS];
#else
#define CONFIRM(n) skip
#endif
#ifdef FAULT_OWN_ON_CONFIRM /* by the chain alone it could not be told */
byte commits_at_end = 0;
byte commits_known[NUMBERS]; /* to who made the commit */
#endif
#ifdef REQUESTS
bit has_request[NUMBERS]; /* else it is a commit of a command without request id */
byte effect = 0;          /* the commit by which the command with it took effect */
#endif
#ifdef ALONE
bit alone = 0, served = 0;
#define FAULTY (!alone)
#define AWAKE (!alone || me == 0)
#else
#define FAULTY true
#define AWAKE true
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

#ifdef FAULT_NO_CLAIM_ID
#define CLAIM_FITS(record_claim, now_claim) true
#else
#define CLAIM_FITS(record_claim, now_claim) ((now_claim) > 0 && (record_claim) == (now_claim))
#endif

#ifdef STUBBORN
#define OWNS(own_claim) (owning || (own_claim))
#else
#define OWNS(own_claim) (own_claim)
#endif

#ifdef FAULT_SAME_TERM
#define NEXT_TERM (term + (term == 0))
#else
#define NEXT_TERM (term + 1)
#endif

#define IS_CLAIM(n) (term_of[n] > 0)
#define ADMITS(n, now_term, now_claim, now_chain) \
  ((IS_CLAIM(n) && (VACATES_NOW(n) || HIGHER(term_of[n], now_term))) || \
   (!IS_CLAIM(n) && CLAIM_FITS(claim_of[n], now_claim) && CHAIN_FITS(previous_of[n], now_chain)))

/* Takes record `n` into the log, and folds it. */
inline append(n) {
  arrivals[n]--;
  log[end] = n;
  CONFIRM(n);
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
        assert(previous_of[n] == chain_at_end); /* BASIS */
#ifdef FAULT_OWN_ON_CONFIRM
        assert(commits_known[n] == commits_at_end); /* BASIS */
        commits_at_end++;
#endif
#ifdef REQUESTS
        if
        :: has_request[n] -> assert(effect == 0); effect = n /* EFFECT */
        :: else
        fi;
#endif
        assert(claim_at_end > 0 && claim_of[n] == claim_at_end) /* OWNER */
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
#ifdef ALONE
  :: atomic { end < RECORDS && arrivals[LONE(0)] > 0 -> append(LONE(0)) }
  :: atomic { end < RECORDS && arrivals[LONE(0) + 1] > 0 -> append(LONE(0) + 1) }
  :: atomic { end < RECORDS && arrivals[LONE(1)] > 0 -> append(LONE(1)) }
  :: atomic { end < RECORDS && arrivals[LONE(1) + 1] > 0 -> append(LONE(1) + 1) }
  :: atomic { !alone -> alone = 1 }
  :: atomic { alone && arrivals[1] > 0 -> arrivals[1] = 0 } /* what was sent before may never come */
  :: atomic { alone && arrivals[3] > 0 -> arrivals[3] = 0 }
  :: atomic { alone && arrivals[5] > 0 -> arrivals[5] = 0 }
  :: atomic { alone && arrivals[7] > 0 -> arrivals[7] = 0 }
#endif
  od
}

#ifdef ALONE
active proctype Watch() {
  timeout -> /* nothing moves any more */
  assert(served) /* PROGRESS */
}
#endif

#ifdef REQUESTS
#ifdef FAULT_FORGET_REQUESTS
#define IN_STORE false
#else
#define IN_STORE seen
#endif
#ifdef FAULT_FORGET_BATCH
#define IN_BATCH(n) false
#else
#define IN_BATCH(n) (n == SECOND_COMMIT(me) && has_request[FIRST_COMMIT(me)])
#endif
#define MAY_TAKE_EFFECT(n) (!IN_STORE && !IN_BATCH(n))
#endif

inline send(n, its_term, its_claim, its_previous) {
  term_of[n] = its_term;
  claim_of[n] = its_claim;
  previous_of[n] = its_previous;
  arrivals[n] = COPIES
}

/* What the commit `n` is decided for. */
inline ask(n) {
#ifdef FAULT_OWN_ON_CONFIRM
  commits_known[n] = commits + (n == SECOND_COMMIT(me) -> 1 : 0);
#endif
#ifdef REQUESTS
  if
  :: MAY_TAKE_EFFECT(n) -> has_request[n] = 1
  :: true
  fi;
#endif
  skip
}

inline acknowledge(n) {
  assert(admitted[n]); /* ACKED */
#ifdef ALONE
  served = served || n >= LONE(0);
#endif
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
#ifdef FAULT_OWN_ON_CONFIRM
  byte commits = 0; /* folded */
#endif
#ifdef REQUESTS
  bit seen = 0; /* the request id, in its fold */
#endif
#ifdef ALONE
  byte attempts = 0; /* claims made since it is alone */
  bit asked = 0;     /* a commit under the latest of them */
#endif
end_instance:
  do
  :: atomic { /* fold one record, and acknowledge by that alone */
       AWAKE && next < end ->
       if
       :: ADMITS(log[next], term, claim, chain) ->
          assert(verdict[next]); /* AGREE */
          chain = log[next];
          if
          :: IS_CLAIM(chain) ->
             term = term_of[chain];
             claim = (vacates[chain] -> 0 : chain);
             owning = OWNS(claim > 0 && claim == mine); /* by the log only, never by having sent a claim */
             first = 0;
             second = 0
          :: else ->
#ifdef FAULT_OWN_ON_CONFIRM
             commits++;
#endif
#ifdef REQUESTS
             seen = seen || has_request[chain];
#endif
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
       FAULTY && !owning && mine == 0 && !IS_CLAIM(FIRST_CLAIM(me)) ->
       mine = FIRST_CLAIM(me);
       send(mine, NEXT_TERM, mine, 0)
     }
#ifndef ALONE
  :: atomic { /* claim once more: the first was void, lost or given up */
       !owning && IS_CLAIM(FIRST_CLAIM(me)) && !IS_CLAIM(SECOND_CLAIM(me)) ->
       mine = SECOND_CLAIM(me);
       send(mine, NEXT_TERM, mine, 0)
     }
  :: atomic { /* leave, with the number of the second claim */
       owning && !IS_CLAIM(SECOND_CLAIM(me)) ->
       vacates[SECOND_CLAIM(me)] = 1;
       send(SECOND_CLAIM(me), term + 1, SECOND_CLAIM(me), 0);
       owning = 0; mine = 0
     }
#endif
  :: atomic { /* decide and append a batch of one or two */
       FAULTY && owning && !sent_batch ->
       sent_batch = 1;
       first = FIRST_COMMIT(me);
       ask(first);
       send(first, 0, mine, chain);
       if
#ifndef ALONE
       :: second = SECOND_COMMIT(me); ask(second); send(second, 0, mine, first)
#endif
       :: true
       fi
     }
  :: atomic { /* outcome unknown: give up, acknowledge nothing of it */
       FAULTY && owning && (first > 0 || second > 0) ->
#ifdef FAULT_ACK_UNKNOWN
       if
       :: first > 0 -> acknowledge(first)
       :: else -> acknowledge(second)
       fi;
#endif
       first = 0; second = 0; owning = 0; mine = 0
     }
  :: atomic { /* crash; fold again from the start */
       FAULTY && crashes < CRASHES && next > 0 ->
       crashes++;
       next = 0; term = 0; claim = 0; chain = 0; mine = 0; owning = 0; first = 0; second = 0;
#ifdef FAULT_OWN_ON_CONFIRM
       commits = 0;
#endif
#ifdef REQUESTS
       seen = 0
#endif
     }
#ifdef FAULT_ACK_ON_CONFIRM
  :: atomic { first > 0 && confirmed[first] -> acknowledge(first); first = 0 }
  :: atomic { second > 0 && confirmed[second] -> acknowledge(second); second = 0 }
#endif
#ifdef FAULT_OWN_ON_CONFIRM
  :: atomic {
       !owning && mine > 0 && confirmed[mine] && !sent_batch ->
       sent_batch = 1;
       ask(FIRST_COMMIT(me));
       send(FIRST_COMMIT(me), 0, mine, mine)
     }
#endif
#ifdef GOAL_REPEAT_ELSEWHERE
  :: atomic { owning && seen -> assert(claim_of[effect] == FIRST_CLAIM(me) || claim_of[effect] == SECOND_CLAIM(me)) }
#endif
#ifdef ALONE
  :: atomic { /* the claim came to nothing: void, superseded or lost */
       alone && me == 0 && next == end && !owning && mine > 0 && arrivals[mine] == 0 -> mine = 0
     }
  :: atomic { /* claim; only who has seen the tip does */
#ifdef FAULT_CLAIM_ONCE
       attempts == 0 &&
#endif
       alone && me == 0 && next == end && !owning && mine == 0 && attempts < 2 ->
#ifdef GOAL_LAST_CLAIM
       assert(attempts < 1);
#endif
       mine = LONE(attempts);
       attempts++;
       asked = 0;
       send(mine, NEXT_TERM, mine, 0)
     }
  :: atomic { /* an owner from before claims anew: it has no other number for a commit */
       alone && me == 0 && owning && first == 0 && attempts == 0 -> owning = 0; mine = 0
     }
#ifndef FAULT_NEVER_GIVE_UP
  :: atomic { /* give up what does not come */
       alone && me == 0 && next == end && owning && first > 0 && arrivals[first] == 0 ->
       first = 0; owning = 0; mine = 0
     }
#endif
  :: atomic { /* decide and append */
       alone && me == 0 && owning && first == 0 && attempts > 0 && mine == LONE(attempts - 1) && !asked && !served ->
       asked = 1;
       first = LONE(attempts - 1) + 1;
       send(first, 0, mine, chain)
     }
#endif
  od
}

init {
  atomic { run Instance(0); run Instance(1) }
}
