"""The time loop."""

from .compile import jit
from .firing import fire
from .learning import learn
from .verbs import arriving, elapse, facilitate, flow, has_room, inject, landing, probe, send, take_down


@jit
def advance(model, drive, state, recorder, stop):
    """Run from the recorder's position to step ``stop``, or to the step whose spikes might not fit the recorder.

    Its offsets are a ring, of which most runs go round less than once. Mutates the state, the recorder and, where there
    is a rule, the weights.
    """
    offsets, position, potential = recorder.offsets, recorder.position, state.cell.potential
    start = position[0]
    end = offsets[start % offsets.size]
    for t in range(start, stop):
        if not has_room(recorder, end):
            break
        inject(drive.spikes, None, potential, t)
        inject(drive.currents, state.line, potential, t)
        inject(model.noise, state.stream, potential, t)
        inject(drive.clamp, None, potential, t)
        fire(model.cell, state.cell, state.stream, model.competition, drive.clamp, recorder.fired, t)
        begin, end = end, take_down(recorder, end)
        spikes = recorder.neurons[begin:end]
        arrivals = arriving(model.synapses, state.flight, spikes)
        learn(model.rules, state.rules, model.device, state.device, state.stream, arrivals, spikes, drive.reward, t)
        facilitate(model.transmission, state, spikes)
        target = landing(model.synaptic_current, state.synaptic_current, potential)
        send(model.synapses, model, state, target, spikes)
        flow(model.synaptic_current, state.synaptic_current, potential)
        probe(model.trace, state.trace, spikes)
        elapse(state.stream)
        offsets[(t + 1) % offsets.size] = end
        position[0] = t + 1
