import multiprocessing
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from networks import as_events, random_batch, random_network, rule
from snnlocality.engines.cpu.engine import CpuEngine
from snnlocality.engines.cpu.layout import CHUNK
from snnlocality.network import Shape

SHAPE = Shape(6, (5, 4), 3, True)
NETWORK = random_network(SHAPE)
BATCH = random_batch(SHAPE, samples=5 * CHUNK + 3)
BATCH = BATCH._replace(inputs=as_events(BATCH.inputs))


def gradients(threads: int) -> bytes:
    learned = CpuEngine(np.float32, threads).loss_and_gradients(NETWORK, BATCH, rule("bptt"), "smooth_l1", None)
    return b"".join(gradient.tobytes() for gradient in learned.gradients.values())


def gradients_to(pipe, threads: int) -> None:
    pipe.send(gradients(threads))


EXPECTED = gradients(1)


def test_workers_serve_task_after_task_whatever_their_number():
    assert {gradients(threads) for threads in (2, 5, 3, 9, 2) for _ in range(20)} == {EXPECTED}


def test_callers_at_the_same_time_do_not_disturb_each_other():
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(gradients, [2, 3] * 40)) == {EXPECTED}


@pytest.mark.filterwarnings("ignore:This process")  # the interpreter's own warning about what is tested here
def test_a_forked_child_starts_workers_of_its_own():
    assert gradients(2) == EXPECTED
    context = multiprocessing.get_context("fork")
    own, others = context.Pipe()
    child = context.Process(target=gradients_to, args=(others, 2))
    child.start()
    assert own.poll(30)
    assert own.recv() == EXPECTED
    child.join(30)
    assert child.exitcode == 0
    assert gradients(2) == EXPECTED
