/*
 * The protocol of src/posix/sync_protocol.cpp and sync_table.cpp, name for name, for spin.
 * docs/synchronization.md explains it; check.sh runs it.
 *
 * Every store that others can see without the table's lock, and every store that matters if the
 * thread dies right after it, is a step of its own. What is only computed under the lock is part of
 * the step that follows.
 *
 * Abstractions:
 * - A load followed by a compare-and-swap that is repeated when it fails is one step.
 * - Time: a free mutex is handed over or its next waiter is told to look again, at random; a wait
 *   with a deadline may expire at any moment.
 * - Sleeping: going to sleep checks `wake` as a futex does. A sleeper goes on when it is unparked,
 *   which the waker does after it has released the lock, or at its deadline. The check after
 *   `longest_sleep`, and the watch of an owner's life, only work once somebody has died (`crashed`):
 *   without a crash nothing may depend on them.
 * - Who waits for the table's lock gets it when it is free, or when its holder is dead; that sleep
 *   never lasts longer than 2 ms.
 * - Memory is sequentially consistent, and the records of the dead are not used again.
 *
 * The environment says what is explored, so that one pan serves all: SCENARIO (1..10), CRASHES (how
 * many threads die), FAULT (0, or one of those below, which must be found).
 */

#define THREADS 3
#define OBJECTS 2

/* kinds of objects */
#define MUTEX 0
#define SEMAPHORE 1
#define EVENT 2

/* object_slot::state; an identity is a thread + 1 */
#define attended 1
#define signaled 2  /* an event */
#define abandoned 2 /* a mutex without owner */
#define one 4       /* of a semaphore's count */
#define owner_of(state) ((state) >> 2)
#define owned_by(identity) ((identity) << 2)
#define identity_of(thread) ((thread) + 1)

/* thread_record::wake */
#define asleep 0
#define look_again 1
#define granted 128
#define granted_abandoned 64
#define index_in(wake) ((wake) & 3)

/* thread_record::waiting */
#define nothing 0
#define any 1
#define all 2

/* fairness */
#define usual 0
#define strict 1

/* how a wait ended */
#define waits_on 0
#define got_it 1
#define got_abandoned 2
#define timed_out 3

#define none 255
#define bit_of(x) (1 << (x))
#define has(set, x) (((set) & bit_of(x)) != 0)

/* What the threads do: steps of a script. */
#define END 0
#define WAIT_ANY 16    /* + set of objects */
#define WAIT_ALL 32    /* + set of objects */
#define WAIT_TIMED 48  /* + set of objects: any, with a deadline */
#define UNLOCK 64      /* + object, if it is held */
#define SET 80         /* + object */
#define RESET 96       /* + object */
#define RELEASE_TWO 112 /* + object */
#define ENLISTED 128   /* goes on when the others are among the waiters */
#define STEPS 5
#define script(t, s0, s1, s2, s3, s4) \
    steps[t * STEPS] = s0; steps[t * STEPS + 1] = s1; steps[t * STEPS + 2] = s2; \
    steps[t * STEPS + 3] = s3; steps[t * STEPS + 4] = s4

/* What is built in to see that it is found. */
#define NO_RECHECK 1             /* nobody looks again after a crash */
#define LOOK_IGNORES_LOCK 2      /* who looks again does not see that the lock's holder has died */
#define NO_JOURNAL 3             /* a grant that a crash has cut short is not completed */
#define COMPLETED_TWICE 4        /* ... or is completed although its waiter has gone on */
#define ONLY_ONE 5               /* settle gives to one waiter and looks for no other */
#define ATTENDED_CLEARED 6       /* `attended` is cleared while somebody waits */
#define QUICK_IGNORES_ATTENDED 7 /* who comes by takes what the lock's holder is giving away */
#define NO_HAND_ON 8             /* who was told of a mutex and got something else keeps quiet */

hidden byte scenario;
hidden byte crashes;
hidden byte fault;
hidden byte kinds[OBJECTS];
hidden byte manual_0 = 0;   /* object 0 is an event that stays set until it is reset */
hidden byte owner_0 = none;     /* who has object 0, a mutex, from the beginning */
hidden byte all_finish = 0; /* unless somebody crashes */
hidden byte steps[15];

#define kind(x) (kinds[x])
#define manual(x) ((x) == 0 && manual_0 != 0)

inline prepare() {
    c_code {
        scenario = atoi(getenv("SCENARIO"));
        crashes = atoi(getenv("CRASHES"));
        fault = atoi(getenv("FAULT"));
    };
    kinds[0] = EVENT;
    kinds[1] = EVENT;
    if
    :: scenario == 1 -> /* two sets release two waiters */
        all_finish = 1;
        script(0, WAIT_ANY + 1, END, END, END, END);
        script(1, WAIT_ANY + 1, END, END, END, END);
        script(2, ENLISTED, SET + 0, SET + 0, END, END)
    :: scenario == 2 -> /* wait_any of overlapping sets */
        script(0, WAIT_ANY + 3, END, END, END, END);
        script(1, WAIT_ANY + 1, END, END, END, END);
        script(2, SET + 0, SET + 1, SET + 0, END, END)
    :: scenario == 3 -> /* wait_all against one who takes one of the objects */
        script(0, WAIT_ALL + 3, END, END, END, END);
        script(1, WAIT_ANY + 1, END, END, END, END);
        script(2, SET + 0, SET + 1, SET + 0, END, END)
    :: scenario == 4 -> /* a mutex, which one of three enters twice */
        kinds[0] = MUTEX;
        all_finish = 1;
        script(0, WAIT_ANY + 1, WAIT_ANY + 1, UNLOCK + 0, UNLOCK + 0, END);
        script(1, WAIT_ANY + 1, UNLOCK + 0, END, END, END);
        script(2, WAIT_ANY + 1, UNLOCK + 0, END, END, END)
    :: scenario == 5 -> /* wait_all of a mutex, whose owner may die, and an event */
        kinds[0] = MUTEX;
        owner_0 = 0;
        all_finish = 1;
        script(0, UNLOCK + 0, END, END, END, END);
        script(1, WAIT_ALL + 3, UNLOCK + 0, END, END, END);
        script(2, SET + 1, WAIT_ANY + 1, UNLOCK + 0, END, END)
    :: scenario == 6 -> /* a deadline and a set at the same time */
        script(0, WAIT_TIMED + 1, END, END, END, END);
        script(1, WAIT_ANY + 1, END, END, END, END);
        script(2, SET + 0, SET + 0, END, END, END)
    :: scenario == 7 -> /* one who is told of a free mutex gets an event instead */
        kinds[0] = MUTEX;
        owner_0 = 2;
        all_finish = 1;
        script(0, WAIT_ANY + 3, UNLOCK + 0, END, END, END);
        script(1, WAIT_ANY + 1, UNLOCK + 0, END, END, END);
        script(2, UNLOCK + 0, SET + 1, END, END, END)
    :: scenario == 8 -> /* a semaphore is released by two */
        kinds[0] = SEMAPHORE;
        all_finish = 1;
        script(0, WAIT_ANY + 1, END, END, END, END);
        script(1, WAIT_ANY + 1, END, END, END, END);
        script(2, RELEASE_TWO + 0, END, END, END, END)
    :: scenario == 9 -> /* an event that stays set, alone and in a wait_all */
        manual_0 = 1;
        script(0, WAIT_ANY + 1, END, END, END, END);
        script(1, WAIT_ALL + 3, END, END, END, END);
        script(2, SET + 1, SET + 0, RESET + 0, END, END)
    :: scenario == 10 -> /* a deadline and an unlock at the same time */
        kinds[0] = MUTEX;
        owner_0 = 2;
        all_finish = 1;
        script(0, WAIT_TIMED + 1, UNLOCK + 0, END, END, END);
        script(1, WAIT_ANY + 1, UNLOCK + 0, END, END, END);
        script(2, UNLOCK + 0, END, END, END, END)
    fi
}

/* --- the table */

typedef object_slot {
    byte state;
    byte recursion;
}

typedef thread_record {
    byte wake;
    byte waiting;
    byte objects; /* a set; the index of an object in it is its number */
    byte ticket;
    bool parked;  /* in the kernel, on `wake` */
}

typedef grant_journal {
    byte count; /* 0: nothing is under way */
    byte record;
    byte wake;
    byte objects; /* the entries' slots, as a set */
    byte state[OBJECTS];
    byte recursion[OBJECTS];
}

object_slot slot[OBJECTS];
thread_record record[THREADS];
grant_journal journal;
byte lock = 0; /* an identity */
byte next_ticket = 0;

bool alive[THREADS] = true;
bool crashed = false;
byte rechecks[THREADS]; /* how often a sleeper may still look after `longest_sleep` */

/* --- what the properties need */

byte balance[OBJECTS];     /* signals given and not yet taken */
byte outstanding[OBJECTS]; /* signals taken whose taker does not know yet */
byte inside = 0;           /* who believes to own the mutex: an identity */
bool died_owning = false;  /* the mutex; and nobody has been told yet */
byte finished = 0;

/* --- objects */

#define is_ready(x, who) \
    (kind(x) == EVENT -> (slot[x].state & signaled) != 0 : \
    (kind(x) == SEMAPHORE -> slot[x].state >= one : \
    (owner_of(slot[x].state) == 0 || owner_of(slot[x].state) == (who) || \
     !alive[owner_of(slot[x].state) - 1])))

#define is_ready_in(set, x, who) (has(set, x) && is_ready(x, who))
#define all_ready(set, who) ((!has(set, 0) || is_ready(0, who)) && (!has(set, 1) || is_ready(1, who)))
#define any_ready(set, who) (is_ready_in(set, 0, who) || is_ready_in(set, 1, who))

#define could_go_on(r) \
    (record[r].waiting == any || all_ready(record[r].objects, identity_of(r)))

#define waits_for(r, x) (record[r].waiting != nothing && has(record[r].objects, x))

#define signals_in(x) (kind(x) == EVENT -> ((slot[x].state & signaled) >> 1) : slot[x].state >> 2)

inline check_balance() {
    assert(kind(0) == MUTEX || manual(0) || balance[0] == signals_in(0));
    assert(kind(1) == MUTEX || balance[1] == signals_in(1))
}

/* Writes down what record r gets, and commits it. The index is `none` for all. */
inline commit(r, index) {
    d_step {
        journal.record = r;
        journal.objects = (index == none -> record[r].objects : bit_of(index));
        journal.wake = granted | (index == none -> 0 : index);
        i = 0;
        do
        :: i < OBJECTS && has(journal.objects, i) ->
            assert(is_ready(i, identity_of(r)));
            assert((slot[i].state & attended) != 0);
            if /* after_taking */
            :: kind(i) == EVENT ->
                journal.state[i] = (manual(i) -> slot[i].state : slot[i].state & ~signaled)
            :: kind(i) == SEMAPHORE -> journal.state[i] = slot[i].state - one
            :: kind(i) == MUTEX && owner_of(slot[i].state) == identity_of(r) ->
                journal.state[i] = slot[i].state;
                journal.recursion[i] = slot[i].recursion + 1
            :: else ->
                journal.state[i] = owned_by(identity_of(r)) | attended;
                journal.recursion[i] = 1;
                if
                :: owner_of(slot[i].state) != 0 || (slot[i].state & abandoned) != 0 ->
                    journal.wake = journal.wake | granted_abandoned
                :: else
                fi
            fi;
            if
            :: kind(i) != MUTEX && !manual(i) -> balance[i]--; outstanding[i]++
            :: else
            fi;
            journal.count++;
            i++
        :: i < OBJECTS && !has(journal.objects, i) -> i++
        :: else -> break
        od;
        i = 0
    }
}

inline forget_waiter(r) {
    record[r].waiting = nothing;
    record[r].objects = 0;
    record[r].ticket = 0
}

inline apply() {
    do
    :: i < OBJECTS && has(journal.objects, i) ->
        if
        :: kind(i) == MUTEX -> slot[i].recursion = journal.recursion[i]
        :: else
        fi;
        d_step {
            /* Nothing that was taken comes back, and no living owner loses its mutex. */
            assert(kind(i) == MUTEX || journal.state[i] <= slot[i].state);
            assert(kind(i) != MUTEX || owner_of(slot[i].state) == 0 ||
                   owner_of(slot[i].state) == owner_of(journal.state[i]) ||
                   !alive[owner_of(slot[i].state) - 1]);
            slot[i].state = journal.state[i];
            if
            :: kind(i) == MUTEX && !alive[owner_of(slot[i].state) - 1] -> died_owning = true
            :: else
            fi;
            i++
        }
    :: i < OBJECTS && !has(journal.objects, i) -> i++
    :: else -> break
    od;
    atomic { i = journal.record; forget_waiter(i); i = 0 };
    record[journal.record].wake = journal.wake
}

inline clear_journal() {
    d_step {
        journal.count = 0;
        journal.record = 0;
        journal.wake = 0;
        journal.objects = 0;
        journal.state[0] = 0;
        journal.state[1] = 0;
        journal.recursion[0] = 0;
        journal.recursion[1] = 0
    }
}

/* Of a grant, all that follows the commit. */
inline grant_committed() {
    apply();
    clear_journal()
}

/* --- the lock */

inline acquire() {
    if
    :: atomic {
           lock == 0 ->
           lock = identity_of(me);
           assert(journal.count == 0);
           atomic { check_balance() }
       }
    :: atomic { lock != 0 && !alive[lock - 1] -> lock = identity_of(me) };
       /* complete_grant */
       if
       :: journal.count == 0
       :: journal.count != 0 && fault == NO_JOURNAL -> clear_journal()
       :: journal.count != 0 && fault != NO_JOURNAL && fault != COMPLETED_TWICE &&
          record[journal.record].wake == journal.wake ->
           d_step { to_wake = to_wake | bit_of(journal.record); clear_journal() };
           unpark_all()
       :: else ->
           apply();
           d_step { to_wake = to_wake | bit_of(journal.record); clear_journal() };
           unpark_all()
       fi;
       atomic { check_balance() }
    fi
}

inline unpark_all() {
    do
    :: to_wake == 0 -> break
    :: atomic { to_wake != 0 ->
           next = (has(to_wake, 0) -> 0 : (has(to_wake, 1) -> 1 : 2));
           record[next].parked = false;
           to_wake = to_wake & ~bit_of(next);
           next = none
       }
    od
}

/* The end of a section: whom it wakes is woken when the lock is free again. */
inline release() {
    lock = 0;
    unpark_all()
}

/* --- waiters; what follows needs the lock, and the object attended to */

inline find_next(x) {
    d_step {
        next = none;
        left = 0;
        i = 0;
        do
        :: i < THREADS ->
            if
            :: waits_for(i, x) && !alive[i] -> forget_waiter(i)
            :: waits_for(i, x) && alive[i] ->
                left++;
                if
                :: is_ready(x, 0) && could_go_on(i) &&
                   (next == none || record[i].ticket < record[next].ticket) -> next = i
                :: else
                fi
            :: else
            fi;
            i++
        :: else -> break
        od;
        i = 0;
        if
        :: fault == ATTENDED_CLEARED && !is_ready(x, 0) -> left = 0
        :: else
        fi
    }
}

inline settle(x, fairness) {
    do
    :: atomic {
           find_next(x);
           if
           :: next == none ->
               if
               :: left == 0 -> slot[x].state = slot[x].state & ~attended
               :: else
               fi;
               left = 0;
               break
           :: next != none && kind(x) == MUTEX && fairness == usual &&
              record[next].waiting == any -> /* it has not waited for long */
               if
               :: record[next].wake == asleep ->
                   record[next].wake = look_again;
                   to_wake = to_wake | bit_of(next)
               :: else
               fi;
               next = none;
               left = 0;
               break
           :: next != none ->
               left--;
               to_wake = to_wake | bit_of(next);
               if
               :: record[next].waiting == all -> commit(next, none)
               :: else -> commit(next, x)
               fi;
               next = none
           fi
       };
       grant_committed();
       atomic { /* most often there is no more of it: no second look at who waits */
           if
           :: is_ready(x, 0) && fault != ONLY_ONE -> left = 0
           :: else ->
               if
               :: left == 0 || fault == ATTENDED_CLEARED ->
                   slot[x].state = slot[x].state & ~attended
               :: else
               fi;
               left = 0;
               break
           fi
       }
    od
}

inline look_after(x) {
    if
    :: kind(x) == MUTEX && owner_of(slot[x].state) != 0 && !alive[owner_of(slot[x].state) - 1] ->
        slot[x].state = attended | abandoned
    :: else
    fi;
    if
    :: is_ready(x, 0) -> settle(x, strict)
    :: else
    fi
}

/* --- one wait */

/* The thread has been told of object x, or has taken it quickly. */
inline told_of(x, was_abandoned) {
    if
    :: kind(x) == MUTEX ->
        assert(owner_of(slot[x].state) == identity_of(me));
        assert(inside == 0 || inside == identity_of(me) || !alive[inside - 1]);
        assert(was_abandoned == died_owning);
        died_owning = false;
        inside = identity_of(me);
        depth++;
        assert(slot[x].recursion == depth)
    :: kind(x) != MUTEX && !manual(x) ->
        assert(outstanding[x] > 0);
        outstanding[x]--
    :: else
    fi
}

#define is_granted ((record[me].wake & granted) != 0)

/* How the wait has ended, from `wake`. */
inline read_wake() {
    d_step {
        ending = ((record[me].wake & granted_abandoned) != 0 -> got_abandoned : got_it);
        if
        :: waits_for_all ->
            told_of(0, ending == got_abandoned);
            told_of(1, false)
        :: else ->
            took = index_in(record[me].wake);
            told_of(took, ending == got_abandoned)
        fi
    }
}

inline take_quickly(x) {
    d_step {
        if
        :: kind(x) == MUTEX && owner_of(slot[x].state) == identity_of(me) ->
            slot[x].recursion++;
            ending = got_it
        :: kind(x) == MUTEX && owner_of(slot[x].state) != identity_of(me) ->
            if
            :: owner_of(slot[x].state) != 0 && (slot[x].state & attended) == 0 ->
                go_slow = !alive[owner_of(slot[x].state) - 1]
            :: (slot[x].state & attended) != 0 &&
               (fault != QUICK_IGNORES_ATTENDED || owner_of(slot[x].state) != 0) -> go_slow = true
            :: else ->
                ending = ((slot[x].state & abandoned) != 0 -> got_abandoned : got_it);
                slot[x].recursion = 1;
                slot[x].state = owned_by(identity_of(me))
            fi
        :: kind(x) != MUTEX ->
            if
            :: kind(x) == EVENT && (slot[x].state & (attended | signaled)) == 0
            :: kind(x) == SEMAPHORE && slot[x].state == 0
            :: (slot[x].state & attended) != 0 &&
               (fault != QUICK_IGNORES_ATTENDED || !is_ready(x, 0)) -> go_slow = true
            :: else ->
                ending = got_it;
                if
                :: kind(x) == SEMAPHORE -> slot[x].state = slot[x].state - one
                :: kind(x) == EVENT && !manual(x) -> slot[x].state = slot[x].state & ~signaled
                :: else
                fi;
                if
                :: !manual(x) -> balance[x]--; outstanding[x]++
                :: else
                fi
            fi
        fi;
        if
        :: ending != waits_on -> told_of(x, ending == got_abandoned)
        :: else
        fi
    }
}

/* Takes what is there, or puts itself among the waiters. */
inline begin() {
    acquire();
    if
    :: has(mine, 0) && (slot[0].state & attended) == 0 -> slot[0].state = slot[0].state | attended
    :: else
    fi;
    if
    :: has(mine, 1) && (slot[1].state & attended) == 0 -> slot[1].state = slot[1].state | attended
    :: else
    fi;
    atomic {
        d_step { /* enlist */
            record[me].objects = mine;
            record[me].ticket = next_ticket;
            next_ticket++;
            record[me].wake = asleep;
            record[me].waiting = (waits_for_all -> all : any)
        };
        if
        :: waits_for_all && all_ready(mine, identity_of(me)) -> commit(me, none)
        :: !waits_for_all && is_ready_in(mine, 0, identity_of(me)) -> commit(me, 0)
        :: !waits_for_all && !is_ready_in(mine, 0, identity_of(me)) &&
           is_ready_in(mine, 1, identity_of(me)) -> commit(me, 1)
        :: else ->
            if
            :: timed -> forget_waiter(me); ending = timed_out
            :: true
            fi
        fi
    };
    if
    :: journal.count != 0 -> grant_committed()
    :: else
    fi;
    if
    :: is_granted || ending == timed_out ->
        if
        :: mine == 1 -> settle(0, usual)
        :: else
        fi;
        if
        :: is_granted -> read_wake()
        :: else
        fi
    :: else
    fi;
    release()
}

inline sleep() {
    d_step { record[me].parked = (record[me].wake == asleep) };
    if
    :: !record[me].parked
    :: d_step { record[me].parked && timed -> expired = true; record[me].parked = false }
    :: d_step { record[me].parked && crashed && rechecks[me] > 0 && fault != NO_RECHECK ->
           rechecks[me]--;
           record[me].parked = false
       }
    fi
}

inline finish() {
    if
    :: timed -> expired = true
    :: true
    fi;
    if
    :: expired || record[me].wake == look_again || any_ready(mine, 0) ||
       (lock != 0 && fault != LOOK_IGNORES_LOCK) ->
        acquire();
        if
        :: is_granted
        :: else ->
            record[me].wake = asleep;
            do
            :: look < OBJECTS && !is_granted ->
                if
                :: has(mine, look) -> look_after(look)
                :: else
                fi;
                look++
            :: else -> break
            od;
            look = 0;
            if
            :: expired && !is_granted ->
                d_step { forget_waiter(me); ending = timed_out };
                if
                :: mine == 1 -> settle(0, usual)
                :: else
                fi
            :: else
            fi
        fi;
        if
        :: is_granted -> read_wake()
        :: else
        fi;
        release()
    :: else
    fi
}

/* It may have been told of a mutex and got something else: then the next has to know. */
inline hand_on() {
    if
    :: kind(0) == MUTEX && mine == 3 && !waits_for_all && is_ready(0, 0) &&
       (slot[0].state & attended) != 0 && fault != NO_HAND_ON ->
        acquire();
        settle(0, usual);
        release()
    :: else
    fi
}

inline wait_for_objects() {
    if
    :: !waits_for_all ->
        do
        :: look < OBJECTS && ending == waits_on && !go_slow ->
            atomic {
                if
                :: has(mine, look) -> take_quickly(look)
                :: else
                fi;
                look++
            }
        :: else -> break
        od;
        if
        :: timed && ending == waits_on && !go_slow -> ending = timed_out
        :: true
        fi;
        atomic { look = 0; go_slow = false }
    :: else
    fi;
    if
    :: ending == waits_on ->
        begin();
        if
        :: ending == waits_on ->
            do
            :: ending == waits_on ->
                sleep();
                if
                :: is_granted -> read_wake()
                :: else -> finish()
                fi
            :: else -> break
            od;
            hand_on()
        :: else
        fi
    :: else
    fi;
    atomic { ending = waits_on; expired = false; timed = false; waits_for_all = false; took = 0 }
}

/* --- signals */

inline unlock_mutex(x) {
    d_step {
        assert(owner_of(slot[x].state) == identity_of(me));
        assert(slot[x].recursion == depth);
        depth--;
        if
        :: depth > 0 -> slot[x].recursion--
        :: else ->
            inside = 0;
            if
            :: (slot[x].state & attended) == 0 -> slot[x].state = 0
            :: else -> go_slow = true
            fi
        fi
    };
    if
    :: go_slow ->
        go_slow = false;
        acquire();
        slot[x].state = attended;
        settle(x, usual);
        release()
    :: else
    fi
}

/* Gives an event or a semaphore what `gain` says; `gain` 0 resets an event. */
inline change(x) {
    d_step {
        if
        :: gain == 0 ->
            slot[x].state = slot[x].state & ~signaled;
            balance[x] = 0
        :: kind(x) == EVENT && gain > 0 && (slot[x].state & signaled) == 0 ->
            slot[x].state = slot[x].state | signaled;
            balance[x]++
        :: kind(x) == SEMAPHORE && gain > 0 ->
            slot[x].state = slot[x].state + gain * one;
            balance[x] = balance[x] + gain
        :: else
        fi
    }
}

inline change_event(x) {
    if
    :: atomic { (slot[x].state & attended) == 0 -> change(x) }
    :: else ->
        acquire();
        if
        :: (slot[x].state & attended) == 0 -> slot[x].state = slot[x].state | attended
        :: else
        fi;
        change(x);
        settle(x, usual);
        release()
    fi
}

/* --- threads */

#define step_of(t) (steps[t * STEPS + pc] & 240)
#define mine_of(t) (steps[t * STEPS + pc] & 15)

proctype thread(byte me) {
    byte pc = 0;       /* in its script */
    byte mine = 0;     /* the objects that it waits for, or the one that it changes */
    byte depth = (owner_0 == me -> 1 : 0);
    byte ending = waits_on;
    byte took = 0;
    byte gain = 0;
    byte look = 0;
    byte i = 0;
    byte next = none;
    byte to_wake = 0;  /* section::sleepers_ */
    bool waits_for_all = false;
    bool timed = false;
    bool expired = false;
    byte left = 0;
    bool go_slow = false;
    {
        do
        :: d_step { step_of(me) == WAIT_ANY -> mine = mine_of(me) };
           wait_for_objects();
           pc++
        :: d_step { step_of(me) == WAIT_ALL -> mine = mine_of(me); waits_for_all = true };
           wait_for_objects();
           pc++
        :: d_step { step_of(me) == WAIT_TIMED -> mine = mine_of(me); timed = true };
           wait_for_objects();
           pc++
        :: step_of(me) == UNLOCK && depth == 0 -> pc++
        :: step_of(me) == UNLOCK && depth > 0 ->
           unlock_mutex(0);
           pc++
        :: d_step { step_of(me) == SET -> mine = mine_of(me); gain = 1 };
           change_event(mine);
           pc++
        :: d_step { step_of(me) == RESET -> mine = mine_of(me); gain = 0 };
           change_event(mine);
           pc++
        :: d_step { step_of(me) == RELEASE_TWO -> mine = mine_of(me); gain = 2 };
           change_event(mine);
           pc++
        :: step_of(me) == ENLISTED &&
           (crashed || (record[0].waiting != nothing && record[1].waiting != nothing)) -> pc++
        :: step_of(me) == END -> break
        od;
        finished++
    } unless {
        !alive[me]
    }
    d_step {
        /* Equal ends are one state. */
        pc = 0; mine = 0; depth = 0; ending = 0; took = 0; gain = 0; look = 0; i = 0; next = none;
        to_wake = 0; waits_for_all = false; timed = false; expired = false; left = 0;
        go_slow = false
    }
}

proctype killer() {
    byte left = crashes;
    byte t;
    do
    :: left > 0 ->
        atomic {
            select(t : 0 .. THREADS - 1);
            d_step {
                if
                :: alive[t] ->
                    alive[t] = false;
                    crashed = true;
                    left--;
                    if
                    :: kind(0) == MUTEX && owner_of(slot[0].state) == identity_of(t) ->
                        died_owning = true
                    :: else
                    fi
                :: else
                fi;
                t = 0
            }
        }
    :: else -> break
    od
}

#define sleeps_in_vain(r) \
    (alive[r] && record[r].parked && \
     ((record[r].waiting == any && any_ready(record[r].objects, 0)) || \
      (record[r].waiting == all && all_ready(record[r].objects, identity_of(r))) || \
      record[r].waiting == nothing || \
      (journal.count != 0 && journal.record == r)))

#define somebody_sleeps_in_vain (sleeps_in_vain(0) || sleeps_in_vain(1) || sleeps_in_vain(2))

active proctype monitor() {
    byte rounds = 0;
    d_step {
        prepare();
        if
        :: owner_0 != none ->
            slot[0].state = owned_by(identity_of(owner_0));
            slot[0].recursion = 1;
            inside = identity_of(owner_0)
        :: else
        fi;
        rechecks[0] = 1;
        rechecks[1] = 1;
        rechecks[2] = 1
    };
    atomic { run thread(0); run thread(1); run thread(2); run killer() };
    do
    :: timeout ->
        if
        :: crashed && rounds < 1 && somebody_sleeps_in_vain ->
            rounds++;
            d_step { rechecks[0] = 1; rechecks[1] = 1; rechecks[2] = 1 }
        :: else -> break
        fi
    od;
    assert(!somebody_sleeps_in_vain);
    assert(crashed || all_finish == 0 || finished == THREADS);
    if
    :: lock == 0 ->
        assert(journal.count == 0);
        atomic { check_balance() };
        assert(crashed || (outstanding[0] == 0 && outstanding[1] == 0))
    :: else -> assert(!alive[lock - 1])
    fi
}
