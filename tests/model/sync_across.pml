/*
 * Waits over several tables: what src/posix/sync_wait.cpp does with more than one wait_part, name for
 * name, for spin. docs/synchronization.md explains it; check.sh runs it.
 *
 * There are two tables with one object each, a semaphore: object 0 is in table 0, object 1 in table 1.
 * What sync.pml shows for one table is taken for granted: that a grant is whole, whoever dies, and that
 * whose `wake` has changed wakes up. So a grant is one step here, and a sleeper goes on when one of its
 * words has changed, or, once somebody has died, after `longest_sleep`.
 *
 * The environment says what is explored: SCENARIO (1..5), CRASHES (how many threads die), FAULT (0, or
 * one of those below, which must be found).
 */

#define THREADS 3
#define TABLES 2

/* thread_record::wake */
#define asleep 0
#define look_again 1
#define granted 2

/* thread_record::waiting */
#define nothing 0
#define any 1
#define all 2
#define part_of_all 3

#define none 255
#define bit_of(x) (1 << (x))
#define has(set, x) (((set) & bit_of(x)) != 0)
#define identity_of(thread) ((thread) + 1)

/* What the threads do: steps of a script. */
#define END 0
#define WAIT_ANY 16 /* + set of objects */
#define WAIT_ALL 32 /* + set of objects */
#define RELEASE 64  /* + object */
#define ENTER 80    /* believes to be alone, until its next RELEASE */
#define STEPS 5
#define script(t, s0, s1, s2, s3, s4) \
    steps[t * STEPS] = s0; steps[t * STEPS + 1] = s1; steps[t * STEPS + 2] = s2; \
    steps[t * STEPS + 3] = s3; steps[t * STEPS + 4] = s4

/* What is built in to see that it is found. */
#define NOT_GIVEN_BACK 1   /* the surplus is kept from everybody */
#define GIVEN_UNATTENDED 2 /* who gives back forgets that others may use the quick way again */
#define NOT_TOLD 3         /* nobody tells who waits for all, over both tables */
#define HOLD_AND_WAIT 4    /* who has one table's lock waits for the other's */

hidden byte scenario;
hidden byte crashes;
hidden byte fault;
hidden byte all_finish = 1; /* unless somebody crashes */
hidden byte steps[15];

inline prepare() {
    c_code {
        scenario = atoi(getenv("SCENARIO"));
        crashes = atoi(getenv("CRASHES"));
        fault = atoi(getenv("FAULT"));
    };
    if
    :: scenario == 1 -> /* a signal in each table releases two who wait for any */
        script(0, WAIT_ANY + 3, END, END, END, END);
        script(1, WAIT_ANY + 3, END, END, END, END);
        script(2, RELEASE + 0, RELEASE + 1, END, END, END)
    :: scenario == 2 -> /* wait_all against one who takes one of the objects */
        script(0, WAIT_ALL + 3, END, END, END, END);
        script(1, WAIT_ANY + 1, END, END, END, END);
        script(2, RELEASE + 0, RELEASE + 1, RELEASE + 0, END, END)
    :: scenario == 3 -> /* both objects as mutexes: two who want both, one who wants one */
        count[0] = 1;
        count[1] = 1;
        given[0] = 1;
        given[1] = 1;
        script(0, WAIT_ALL + 3, ENTER, RELEASE + 0, RELEASE + 1, END);
        script(1, WAIT_ALL + 3, ENTER, RELEASE + 0, RELEASE + 1, END);
        script(2, WAIT_ANY + 2, RELEASE + 1, END, END, END)
    :: scenario == 4 -> /* wait_any and wait_all of the same objects */
        script(0, WAIT_ANY + 3, END, END, END, END);
        script(1, WAIT_ALL + 3, END, END, END, END);
        all_finish = 0;
        script(2, RELEASE + 1, RELEASE + 0, END, END, END)
    :: scenario == 5 -> /* a surplus comes back while others release and take it */
        all_finish = 0;
        script(0, WAIT_ANY + 3, WAIT_ANY + 2, END, END, END);
        script(1, RELEASE + 1, WAIT_ANY + 2, RELEASE + 1, END, END);
        script(2, RELEASE + 0, RELEASE + 1, END, END, END)
    fi
}

byte lock[TABLES]; /* an identity */
byte count[TABLES];
bool attended[TABLES];
byte next_ticket[TABLES];

/* A thread's record in a table. */
#define at(t, r) ((t) * THREADS + (r))
byte wake[6];
byte waiting[6];
byte ticket[6];

bool alive[THREADS] = true;
bool crashed = false;
byte rechecks[THREADS];
bool sleeps[THREADS];
byte wanted[THREADS]; /* by who sleeps: a set */
bool wants_all[THREADS];

byte given[TABLES]; /* units released */
byte kept[TABLES];  /* units that waits have ended with */
byte inside = 0;
byte finished = 0;

#define ready(x) (count[x] > 0)
#define any_ready(set) ((has(set, 0) && ready(0)) || (has(set, 1) && ready(1)))
#define all_ready(set) ((!has(set, 0) || ready(0)) && (!has(set, 1) || ready(1)))
#define is_granted(t) (has(mine, t) && wake[at(t, me)] == granted)

/* --- locks */

inline acquire(t) {
    atomic { (lock[t] == 0 || !alive[lock[t] - 1]) -> lock[t] = identity_of(me) }
}

/* Of all tables that the wait has a part in; beginning anywhere. */
inline lock_all() {
    first = (mine == 3 -> me % 2 : mine - 1);
    do
    :: true ->
        acquire(first);
        if
        :: mine != 3 -> break
        :: atomic { mine == 3 && lock[1 - first] == 0 -> lock[1 - first] = identity_of(me); break }
        :: mine == 3 && lock[1 - first] != 0 ->
            if
            :: fault == HOLD_AND_WAIT -> acquire(1 - first); break
            :: else ->
                lock[first] = 0;
                first = 1 - first
            fi
        fi
    od
}

inline unlock_all() {
    if
    :: has(mine, 0) -> lock[0] = 0
    :: else
    fi;
    if
    :: has(mine, 1) -> lock[1] = 0
    :: else
    fi
}

/* --- what needs the lock of table t */

inline find_next(t) {
    d_step {
        next = none;
        waited_for = false;
        i = 0;
        do
        :: i < THREADS ->
            if
            :: waiting[at(t, i)] != nothing && !alive[i] -> waiting[at(t, i)] = nothing
            :: waiting[at(t, i)] != nothing && alive[i] ->
                waited_for = true;
                if
                :: ready(t) && waiting[at(t, i)] != part_of_all &&
                   (next == none || ticket[at(t, i)] < ticket[at(t, next)]) -> next = i
                :: else
                fi
            :: else
            fi;
            i++
        :: else -> break
        od;
        i = 0
    }
}

inline settle(t, tells) {
    do
    :: atomic {
           find_next(t);
           if
           :: next != none -> /* grant */
               d_step {
                   count[t]--;
                   waiting[at(t, next)] = nothing;
                   wake[at(t, next)] = granted;
                   next = none;
                   waited_for = false
               }
           :: else ->
               d_step {
                   do
                   :: i < THREADS ->
                       if
                       :: ready(t) && waiting[at(t, i)] == part_of_all &&
                          wake[at(t, i)] == asleep && tells && fault != NOT_TOLD ->
                           wake[at(t, i)] = look_again
                       :: else
                       fi;
                       i++
                   :: else -> break
                   od;
                   i = 0;
                   if
                   :: !waited_for -> attended[t] = false
                   :: else
                   fi;
                   waited_for = false
               };
               break
           fi
       }
    od
}

inline settle_if_alone() {
    if
    :: has(mine, 0) -> settle(0, true)
    :: else
    fi;
    if
    :: has(mine, 1) -> settle(1, true)
    :: else
    fi
}

inline give_back(t) {
    if
    :: fault == NOT_GIVEN_BACK
    :: else ->
        if
        :: fault != GIVEN_UNATTENDED -> attended[t] = true
        :: else
        fi;
        /* A load and a store: no harm is done only because nobody else changes it now. */
        left = count[t];
        atomic { count[t] = left + 1; left = 0 };
        wake[at(t, me)] = asleep;
        settle(t, true)
    fi
}

inline withdraw(t) {
    waiting[at(t, me)] = nothing
}

/* --- one wait */

inline keep(t) {
    atomic { kept[t]++; wake[at(t, me)] = asleep }
}

inline take(t) {
    d_step {
        assert(ready(t));
        assert(attended[t]);
        assert(lock[t] == identity_of(me));
        count[t]--;
        kept[t]++
    }
}

inline take_what_is_ready() {
    if
    :: waits_for_all && all_ready(mine) ->
        if
        :: has(mine, 0) -> take(0)
        :: else
        fi;
        if
        :: has(mine, 1) -> take(1)
        :: else
        fi;
        ended = true
    :: !waits_for_all && has(mine, 0) && ready(0) -> take(0); ended = true
    :: !waits_for_all && !(has(mine, 0) && ready(0)) && has(mine, 1) && ready(1) ->
        take(1);
        ended = true
    :: else
    fi
}

/* Ends the wait if something was granted: keeps that with the lowest index. */
inline keep_what_was_granted() {
    if
    :: is_granted(0) ->
        keep(0);
        if
        :: is_granted(1) -> give_back(1)
        :: !is_granted(1) && has(mine, 1) -> withdraw(1)
        :: else
        fi;
        ended = true
    :: !is_granted(0) && is_granted(1) ->
        keep(1);
        if
        :: has(mine, 0) -> withdraw(0)
        :: else
        fi;
        ended = true
    :: else
    fi;
    if
    :: ended -> settle_if_alone()
    :: else
    fi
}

inline enlist(t) {
    if
    :: has(mine, t) ->
        d_step {
            ticket[at(t, me)] = next_ticket[t];
            next_ticket[t]++;
            waiting[at(t, me)] =
                (!waits_for_all -> any : (mine == 3 -> part_of_all : all))
        }
    :: else
    fi
}

inline begin() {
    lock_all();
    if
    :: has(mine, 0) -> attended[0] = true
    :: else
    fi;
    if
    :: has(mine, 1) -> attended[1] = true
    :: else
    fi;
    take_what_is_ready();
    if
    :: ended -> settle_if_alone()
    :: else ->
        enlist(0);
        enlist(1)
    fi;
    unlock_all()
}

inline sleep() {
    d_step { sleeps[me] = true; wanted[me] = mine; wants_all[me] = waits_for_all };
    if
    :: wake[at(0, me)] != asleep || wake[at(1, me)] != asleep
    :: d_step { crashed && rechecks[me] > 0 -> rechecks[me]-- }
    fi;
    sleeps[me] = false
}

inline look_after(t) {
    if
    :: has(mine, t) && ready(t) && !is_granted(0) && !is_granted(1) -> settle(t, false)
    :: else
    fi
}

inline finish() {
    lock_all();
    keep_what_was_granted();
    if
    :: ended
    :: else ->
        d_step { /* rearm */
            wake[at(0, me)] = asleep;
            wake[at(1, me)] = asleep
        };
        look_after(0);
        look_after(1);
        keep_what_was_granted();
        if
        :: !ended && waits_for_all ->
            take_what_is_ready();
            if
            :: ended ->
                withdraw(0);
                withdraw(1);
                settle_if_alone()
            :: else
            fi
        :: else
        fi
    fi;
    unlock_all()
}

inline take_quickly(t) {
    atomic {
        if
        :: has(mine, t) && attended[t] -> go_slow = true
        :: has(mine, t) && !attended[t] && ready(t) ->
            count[t]--;
            kept[t]++;
            ended = true
        :: else
        fi
    }
}

inline wait_for_objects() {
    if
    :: !waits_for_all ->
        take_quickly(0);
        if
        :: !ended && !go_slow -> take_quickly(1)
        :: else
        fi;
        go_slow = false
    :: else
    fi;
    if
    :: !ended -> begin()
    :: else
    fi;
    do
    :: ended -> break
    :: else ->
        sleep();
        finish()
    od;
    atomic { ended = false; waits_for_all = false; first = 0 }
}

inline release_semaphore(t) {
    if
    :: atomic { !attended[t] -> count[t]++; given[t]++ }
    :: else ->
        acquire(t);
        attended[t] = true;
        atomic { count[t]++; given[t]++ };
        settle(t, true);
        lock[t] = 0
    fi
}

/* --- threads */

#define step_of(t) (steps[t * STEPS + pc] & 240)
#define mine_of(t) (steps[t * STEPS + pc] & 15)

proctype thread(byte me) {
    byte pc = 0;
    byte mine = 0;
    byte first = 0;
    byte i = 0;
    byte next = none;
    byte left = 0;
    bool waits_for_all = false;
    bool waited_for = false;
    bool go_slow = false;
    bool ended = false;
    {
        do
        :: d_step { step_of(me) == WAIT_ANY -> mine = mine_of(me) };
           wait_for_objects();
           pc++
        :: d_step { step_of(me) == WAIT_ALL -> mine = mine_of(me); waits_for_all = true };
           wait_for_objects();
           pc++
        :: d_step { step_of(me) == ENTER ->
               assert(inside == 0 || !alive[inside - 1]);
               inside = identity_of(me);
               pc++
           }
        :: d_step { step_of(me) == RELEASE ->
               mine = mine_of(me);
               inside = (inside == identity_of(me) -> 0 : inside)
           };
           if
           :: mine == 0 -> release_semaphore(0)
           :: else -> release_semaphore(1)
           fi;
           pc++
        :: step_of(me) == END -> break
        od;
        finished++
    } unless {
        !alive[me]
    }
    d_step {
        /* Equal ends are one state. */
        pc = 0; mine = 0; first = 0; i = 0; next = none; left = 0; waits_for_all = false;
        waited_for = false; go_slow = false; ended = false; sleeps[me] = false
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
                alive[t] = false;
                crashed = true;
                left--;
                t = 0
            }
        }
    :: else -> break
    od
}

#define sleeps_in_vain(r) \
    (alive[r] && sleeps[r] && \
     ((!wants_all[r] && any_ready(wanted[r])) || (wants_all[r] && all_ready(wanted[r]))))

#define somebody_sleeps_in_vain (sleeps_in_vain(0) || sleeps_in_vain(1) || sleeps_in_vain(2))

active proctype monitor() {
    byte rounds = 0;
    d_step {
        prepare();
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
    assert(lock[0] == 0 || !alive[lock[0] - 1]);
    assert(lock[1] == 0 || !alive[lock[1] - 1]);
    /* Nothing is doubled, and only the dead take something with them: one unit from each table. */
    assert(count[0] + kept[0] <= given[0] && count[1] + kept[1] <= given[1]);
    assert(count[0] + kept[0] + crashes >= given[0] && count[1] + kept[1] + crashes >= given[1])
}
