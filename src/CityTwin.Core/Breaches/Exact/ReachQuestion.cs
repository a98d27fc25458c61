using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Breaches.Exact;

/// <summary>
/// How likely one step is reached. A state says of every step whether it is decided, waits or is open, and that is enough:
/// what a waiting step waits for are those of its parents that are not decided, because of its decided parents an AND step
/// has reached all and an OR step none.
/// </summary>
internal sealed class ReachQuestion
{
    private const byte Decided = 0;
    private const byte Waiting = 1;
    private const byte Open = 2;

    /// <summary>Steps are numbered breadth first from the target back.</summary>
    private const int Target = 0;

    private readonly string _name;
    private readonly int[][] _parents;
    private readonly int[][] _children;
    private readonly bool[] _isAll;
    private readonly double[] _exists;
    private readonly Dictionary<byte[], double> _known = new(new SameBytes());

    private ReachQuestion(StepGraph graph, int[] steps)
    {
        var numbers = steps.Select((step, number) => (step, number)).ToDictionary(pair => pair.step, pair => pair.number);
        _name = graph.Steps[steps[Target]].Name;
        _parents = [.. steps.Select(step => graph.Steps[step].Parents.Where(numbers.ContainsKey).Select(parent => numbers[parent]).ToArray())];
        _children = [.. steps.Select(step => graph.Children[step].Where(numbers.ContainsKey).Select(child => numbers[child]).ToArray())];
        _isAll = [.. steps.Select(step => graph.Steps[step].Logic == StepLogic.All)];
        _exists = [.. steps.Select(step => graph.Steps[step].Exists)];
    }

    /// <param name="target">A step that is no start.</param>
    public static double Ask(StepGraph graph, int target)
    {
        var steps = Relevant(graph, target);
        var question = new ReachQuestion(graph, steps);
        var state = new byte[steps.Length];
        for (var number = 0; number < state.Length; number++)
        {
            var given = graph.Steps[steps[number]].Parents.Length - question._parents[number].Length;
            state[number] = given > 0 && (!question._isAll[number] || question._parents[number].Length == 0) ? Open : Waiting;
        }

        for (var number = 0; number < state.Length; number++)
        {
            if (question._exists[number] == 0)
            {
                question.Fail(number, state);
            }
        }

        return question.Chance(state);
    }

    /// <summary>The target and all that it may need; starts are given, so they and what is before them do not count.</summary>
    private static int[] Relevant(StepGraph graph, int target)
    {
        var found = new List<int> { target };
        var isFound = new bool[graph.Steps.Length];
        isFound[target] = true;
        for (var i = 0; i < found.Count; i++)
        {
            foreach (var parent in graph.Steps[found[i]].Parents)
            {
                if (!isFound[parent] && !graph.Starts.Contains(parent))
                {
                    isFound[parent] = true;
                    found.Add(parent);
                }
            }
        }

        return found.Count <= ReachProbability.RelevantStepsMax
            ? [.. found]
            : throw new ReachLimitException($"'{graph.Steps[target].Name}' depends on {found.Count} steps; the exact chance is computed for at most {ReachProbability.RelevantStepsMax}.");
    }

    /// <summary>The chance that the target is reached from here; takes the state for itself.</summary>
    private double Chance(byte[] state)
    {
        if (TakeWhatSurelyExists(state))
        {
            return 1;
        }

        ForgetImpossible(state);
        if (state[Target] == Decided)
        {
            return 0;
        }

        ForgetIrrelevant(state);
        var key = Packed(state);
        if (_known.TryGetValue(key, out var chance))
        {
            return chance;
        }

        if (_known.Count >= ReachProbability.StatesMax)
        {
            throw new ReachLimitException(
                $"The exact chance of '{_name}' needs more than {ReachProbability.StatesMax} states: too many of the {_exists.Length} steps it depends on are uncertain. Estimate it by runs.");
        }

        // The open step farthest from the target, so that the frontier moves forward evenly.
        var step = Array.LastIndexOf(state, Open);
        var with = (byte[])state.Clone();
        Fail(step, state);
        chance = (_exists[step] * (Reach(step, with) ? 1 : Chance(with))) + ((1 - _exists[step]) * Chance(state));
        _known.Add(key, chance);
        return chance;
    }

    /// <returns>True when that reached the target.</returns>
    private bool TakeWhatSurelyExists(byte[] state)
    {
        for (var step = 0; step < state.Length; step++)
        {
            if (state[step] == Open && _exists[step] >= 1)
            {
                if (Reach(step, state))
                {
                    return true;
                }

                step = -1;
            }
        }

        return false;
    }

    /// <returns>True for the target.</returns>
    private bool Reach(int step, byte[] state)
    {
        state[step] = Decided;
        foreach (var child in _children[step])
        {
            if (state[child] == Waiting && (!_isAll[child] || _parents[child].All(parent => state[parent] == Decided)))
            {
                state[child] = Open;
            }
        }

        return step == Target;
    }

    /// <summary>The step can never be taken, nor any AND step that needs it.</summary>
    private void Fail(int step, byte[] state)
    {
        state[step] = Decided;
        foreach (var child in _children[step])
        {
            if (state[child] == Waiting && _isAll[child])
            {
                Fail(child, state);
            }
        }
    }

    /// <summary>Decides what stays out of reach even where everything undecided exists.</summary>
    private void ForgetImpossible(byte[] state)
    {
        var isPossible = new bool[state.Length];
        var missing = new int[state.Length];
        var next = new Stack<int>();
        for (var step = 0; step < state.Length; step++)
        {
            missing[step] = !_isAll[step] ? 1 : _parents[step].Count(parent => state[parent] != Decided);
            if (state[step] == Open)
            {
                isPossible[step] = true;
                next.Push(step);
            }
        }

        while (next.TryPop(out var step))
        {
            foreach (var child in _children[step])
            {
                if (state[child] == Waiting && !isPossible[child] && --missing[child] == 0)
                {
                    isPossible[child] = true;
                    next.Push(child);
                }
            }
        }

        Keep(isPossible, state);
    }

    /// <summary>Decides what the target does not need: an open step needs nobody any more.</summary>
    private void ForgetIrrelevant(byte[] state)
    {
        var isNeeded = new bool[state.Length];
        isNeeded[Target] = true;
        var next = new Stack<int>([Target]);
        while (next.TryPop(out var step))
        {
            foreach (var parent in state[step] == Waiting ? _parents[step] : [])
            {
                if (state[parent] != Decided && !isNeeded[parent])
                {
                    isNeeded[parent] = true;
                    next.Push(parent);
                }
            }
        }

        Keep(isNeeded, state);
    }

    private static void Keep(bool[] kept, byte[] state)
    {
        for (var step = 0; step < state.Length; step++)
        {
            state[step] = kept[step] ? state[step] : Decided;
        }
    }

    /// <summary>Four steps a byte, because many states are kept.</summary>
    private static byte[] Packed(byte[] state)
    {
        var packed = new byte[(state.Length + 3) / 4];
        for (var step = 0; step < state.Length; step++)
        {
            packed[step / 4] |= (byte)(state[step] << (step % 4 * 2));
        }

        return packed;
    }

    private sealed class SameBytes : IEqualityComparer<byte[]>
    {
        public bool Equals(byte[]? one, byte[]? other) => one.AsSpan().SequenceEqual(other);

        /// <summary>FNV-1a.</summary>
        public int GetHashCode(byte[] bytes)
        {
            unchecked
            {
                var hash = 0x811C_9DC5;
                foreach (var part in bytes)
                {
                    hash = (hash ^ part) * 0x0100_0193;
                }

                return (int)hash;
            }
        }
    }
}
