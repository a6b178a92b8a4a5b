"""The states of utterances and the best path through them."""
import numpy as np

STATES = ["opening", "small_talk", "business", "off_agenda", "closing", "new_small_talk", "new_business", "new_off_agenda"]
KIND_OF = np.array([0, 1, 2, 3, 4, 1, 2, 3])
BEGINS = np.array([False] * 5 + [True] * 3)
S = len(STATES)
# A state that begins no topic follows its own kind only, save at greetings and goodbyes.
ALLOWED = np.array([[BEGINS[b] or KIND_OF[a] == KIND_OF[b] or b in (0, 4) for b in range(S)] for a in range(S)])
FORBIDDEN = -1e4


def viterbi(e, trans):
    """The best path."""
    t = np.where(ALLOWED, trans, FORBIDDEN)
    best, back = e[0], []
    for row in e[1:]:
        step = best[:, None] + t
        back.append(step.argmax(0))
        best = row + step.max(0)
    path = [int(best.argmax())]
    for row in reversed(back):
        path.append(int(row[path[-1]]))
    return path[::-1]
