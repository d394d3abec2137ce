from soracli.train.drafts import animatic as _a
from soracli.world.frame import Frame


def animatic(scene, times, width, height, bank):
    c, a = _a(scene, Frame(width, height, times), bank)
    return c.numpy(), a.numpy()
