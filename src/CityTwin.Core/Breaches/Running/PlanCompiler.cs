using System.Collections.Immutable;
using CityTwin.Core.Breaches.Chances;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Running;

/// <summary>Turns names into places, and estimates into numbers.</summary>
internal sealed class PlanCompiler
{
    private readonly BreachGround _ground;
    private readonly BreachScenario _scenario;
    private readonly Defended _defended;
    private readonly InputValues _inputs;
    private readonly SecurityModel _model;
    private readonly AdversaryProfile _profile;
    private readonly double _speed;
    private readonly Dictionary<AreaId, int> _areas;
    private readonly Dictionary<ScheduleId, int> _schedules;
    private readonly Dictionary<SensorId, int> _sensors = [];
    private readonly List<SensorProgram> _programs = [];
    private readonly List<int> _code = [];
    private readonly List<Lever> _levers = [];
    private readonly List<string> _recordClasses = [];

    public PlanCompiler(BreachGround ground, BreachScenario scenario, Defended defended, InputValues inputs)
    {
        (_ground, _scenario, _defended, _inputs, _model) = (ground, scenario, defended, inputs, defended.Security);
        _profile = _model.Profiles.FirstOrDefault(profile => profile.Id == scenario.Profile)
            ?? throw new ArgumentException($"There is no adversary profile '{scenario.Profile}'.", nameof(scenario));
        _speed = _inputs.Of($"profile/{_profile.Id}/speed", _profile.Speed);
        _areas = _model.Areas.Select((area, place) => (area.Id, place)).ToDictionary(pair => pair.Id, pair => pair.place);
        _schedules = _model.Schedules.Select((schedule, place) => (schedule.Id, place)).ToDictionary(pair => pair.Id, pair => pair.place);
    }

    private ImmutableArray<StepId> Entries => _scenario.EntriesOf(_profile);

    private AreaId? Start => _scenario.StartOf(_profile);

    public PlanTables Compile()
    {
        var possible = Possible();
        var wanted = _profile.Knowledge == Knowledge.None ? possible : Wanted(possible);
        wanted.UnionWith(Entries.Where(possible.Contains)); // it is done already, whether or not it leads to a target: cameras may be blind
        var model = _model.Steps.Where(step => wanted.Contains(step.Id)).ToImmutableArray();
        var index = model.Select((step, place) => (step.Id, place)).ToDictionary(pair => pair.Id, pair => pair.place);
        var children = model.Select(_ => new List<int>()).ToArray();
        foreach (var (step, place) in model.Select((step, place) => (step, place)))
        {
            foreach (var parent in step.Parents.Where(index.ContainsKey))
            {
                children[index[parent]].Add(place);
            }
        }

        var targets = _scenario.Targets.Select(target => index.TryGetValue(target, out var place) ? place : -1).ToArray();
        var durations = model.Select(step => Delay.Of(step.Duration, $"step/{step.Id}/duration", _inputs, 1 / _speed)).ToArray();
        var toGo = ToGo(model, children, durations, targets);
        var steps = model.Select((step, place) => Compiled(step, durations[place], [.. step.Parents.Where(index.ContainsKey).Select(parent => index[parent])], [.. children[place]], toGo[place], [.. targets.Index().Where(target => target.Item == place).Select(target => target.Index)])).ToArray();
        var guards = Guards();
        var response = _model.Response;
        return new(
            [.. model.Select(step => step.Id)],
            steps,
            [.. Entries.Where(index.ContainsKey).Select(entry => index[entry]).Distinct()],
            targets,
            _profile.Hands,
            Start is { } start ? _areas[start] : -1,
            [.. _model.Areas.Select(area => new PlanArea(area.Id, area.Position, _ground.Roads.Nearest(area.Position)))],
            [.. _levers],
            LeversOf(),
            [.. _programs],
            [.. _code],
            [.. _model.Schedules.Select(Minutes)],
            Compiled(response.Cyber, "response/cyber"),
            Compiled(response.Physical, "response/physical"),
            _inputs.Of($"profile/{_profile.Id}/neutralisation", _profile.Neutralisation),
            guards,
            response.GuardsOnDuty is { } onDuty ? _schedules[onDuty] : -1,
            Delay.Of(response.Switching, "response/switching", _inputs),
            Delay.Of(response.Crew, "response/crew", _inputs),
            Delay.Of(response.Turnout, "response/turnout", _inputs),
            [.. _recordClasses],
            _inputs.Of("persons-per-connection", _model.PersonsPerConnection),
            KeyedChance.KeyOf(_profile.Id.Value));
    }

    /// <summary>Steps that the adversary can do at all, or has done.</summary>
    private HashSet<StepId> Possible()
    {
        var skill = _inputs.Of($"profile/{_profile.Id}/skill", _profile.Skill);
        return [.. _model.Steps
            .Where(step => Entries.Contains(step.Id) ? Exists(step) > 0
                : step.Exists.High > 0 && _inputs.Of($"step/{step.Id}/skill", step.Skill) <= skill)
            .Select(step => step.Id)];
    }

    /// <summary>
    /// The chance that a step can be taken. What the attack begins with is given, whatever its chance and skill: it has
    /// happened in the city as it is. Only defences take it away, as much as they make it rarer.
    /// </summary>
    private double Exists(AttackStep step)
    {
        var name = $"step/{step.Id}/exists";
        var exists = _inputs.Of(name, step.Exists);
        if (!Entries.Contains(step.Id))
        {
            return exists;
        }

        var undefended = _inputs.Of(name, _ground.City.Security.Steps.First(one => one.Id == step.Id).Exists);
        return undefended > 0 ? Math.Min(1, exists / undefended) : 1;
    }

    /// <summary>Steps that lead to a target: its parents and theirs, and the ways to the areas that physical ones are taken in.</summary>
    private HashSet<StepId> Wanted(HashSet<StepId> possible)
    {
        var byId = _model.Steps.ToDictionary(step => step.Id);
        var movesTo = _model.Steps.Where(step => step.Kind == StepKind.Physical && step.From != step.To).ToLookup(step => step.To);
        var wanted = new HashSet<StepId>();
        var open = new Stack<StepId>(_scenario.Targets);
        while (open.TryPop(out var id))
        {
            if (!possible.Contains(id) || !wanted.Add(id))
            {
                continue;
            }

            var step = byId[id];
            foreach (var parent in step.Parents)
            {
                open.Push(parent);
            }

            if (step.Kind == StepKind.Physical)
            {
                foreach (var move in movesTo[step.From])
                {
                    open.Push(move.Id);
                }
            }
        }

        return wanted;
    }

    /// <summary>A step leads to those that name it as a parent, and to those taken where it brings the adversary: a key leads through its door.</summary>
    private static double[] ToGo(ImmutableArray<AttackStep> steps, List<int>[] children, Delay[] durations, int[] targets)
    {
        var toGo = new double[steps.Length];
        Array.Fill(toGo, PlanStep.NowhereTicks);
        var movesTo = steps.Select((step, place) => (step, place)).Where(pair => pair.step.From != pair.step.To).ToLookup(pair => pair.step.To, pair => pair.place);
        var parents = steps.Select(step => step.From is null ? [] : movesTo[step.From].ToList()).ToArray();
        for (var step = 0; step < steps.Length; step++)
        {
            children[step].ForEach(child => parents[child].Add(step));
        }

        var open = new PriorityQueue<int, (double, int)>();
        foreach (var target in targets.Where(target => target >= 0))
        {
            toGo[target] = 0;
            open.Enqueue(target, (0, target));
        }

        while (open.TryDequeue(out var step, out var reached))
        {
            foreach (var parent in parents[step])
            {
                var ticks = toGo[step] + durations[step].MeanTicks;
                if (reached.Item1 <= toGo[step] && ticks < toGo[parent])
                {
                    toGo[parent] = ticks;
                    open.Enqueue(parent, (ticks, parent));
                }
            }
        }

        return toGo;
    }

    private PlanStep Compiled(AttackStep step, Delay duration, int[] parents, int[] children, double toGo, int[] asTargets)
    {
        var needed = step.Logic == StepLogic.All ? step.Parents.Length : Math.Min(1, step.Parents.Length);
        var isPhysical = step.Kind == StepKind.Physical;
        return new(
            KeyedChance.KeyOf(step.Id.Value),
            step.Kind,
            isPhysical || needed > 0 ? needed : int.MaxValue,
            step.Logic == StepLogic.All,
            parents,
            children,
            duration,
            Exists(step),
            [.. step.Detections.Select((detection, number) => Compiled(step, detection, number))],
            [.. step.Effects.Select((effect, number) => Compiled(step, effect, number))],
            step.From is { } from ? _areas[from] : -1,
            step.To is { } to ? _areas[to] : -1,
            toGo,
            asTargets,
            isPhysical && (asTargets.Length > 0 || children.Length > 0 || !step.Effects.IsEmpty || step.From == step.To));
    }

    /// <summary>Keyed by what it is, not by its place in the list: one more detection changes no other's luck.</summary>
    private PlanDetection Compiled(AttackStep step, Detection detection, int number)
    {
        var alike = step.Detections.Take(number).Count(other => other.Sensor == detection.Sensor && other.At == detection.At);
        var name = $"step/{step.Id}/detection/{detection.Sensor?.Value}/{detection.At}/{alike}";
        return new(
            KeyedChance.KeyOf(name),
            detection.Sensor is { } sensor ? SensorAt(sensor) : -1,
            _inputs.Of(name, detection.Probability),
            detection.At,
            detection.Schedule is { } schedule ? _schedules[schedule] : -1);
    }

    private PlanEffect Compiled(AttackStep step, CompromiseEffect effect, int number)
    {
        var name = $"step/{step.Id}/effect/{number}";
        var nothing = new PlanEffect(-1, false, 1, Delay.Of(Duration.None, name, _inputs), [], false, [], -1, 0);
        return effect switch
        {
            LossOfView view => nothing with
            {
                BlindSensors = [.. view.Sensors.Select(SensorAt)],
                IsLying = view.IsLying,
                LostControl = [.. view.Sensors.Select(SegmentOf).OfType<SegmentId>().Distinct().Select(_ground.Kernel.IndexOf)],
            },
            LossOfControl control => nothing with { LostControl = [.. control.Segments.Select(_ground.Kernel.IndexOf)] },
            Manipulation act => nothing with { Lever = LeverAt(name, act.Segment, act.LevelPermille, null) },
            Destruction loss => nothing with { Lever = LeverAt(name, loss.Segment, loss.LevelPermille, Delay.Of(loss.Repair, name + "/repair", _inputs)) },
            ForgedReading forged => nothing with
            {
                Lever = LeverAt(name, forged.Segment, forged.LevelPermille, null),
                IsForged = true,
                Believed = _inputs.Of(name + "/believed", forged.Believed),
                ActAfter = Delay.Of(forged.ActAfter, name + "/act-after", _inputs),
            },
            Disclosure disclosure => nothing with { RecordClass = ClassAt(disclosure.RecordClass), Records = disclosure.Records },
            _ => throw new ArgumentException($"The engine does not know the effect {effect.GetType().Name}.", nameof(effect)),
        };
    }

    private int LeverAt(string name, SegmentId segment, int levelPermille, Delay? repair)
    {
        _levers.Add(new(KeyedChance.KeyOf(name), _ground.Kernel.IndexOf(segment), levelPermille, repair));
        return _levers.Count - 1;
    }

    private int ClassAt(string recordClass)
    {
        if (!_recordClasses.Contains(recordClass))
        {
            _recordClasses.Add(recordClass);
        }

        return _recordClasses.IndexOf(recordClass);
    }

    private int SensorAt(SensorId id)
    {
        if (!_sensors.TryGetValue(id, out var place))
        {
            _sensors[id] = place = _programs.Count;
            var sensor = _ground.City.Sensors.FirstOrDefault(sensor => sensor.Id == id);
            _programs.Add(new(id, sensor?.Availability is { } availability ? Program(availability) : -1));
        }

        return place;
    }

    private SegmentId? SegmentOf(SensorId id) => _ground.City.Sensors.FirstOrDefault(sensor => sensor.Id == id)?.Segment;

    private int Program(Expression expression)
    {
        var at = _code.Count;
        RuleProgram.Append(_code, expression, segment => _ground.Kernel.Tables.LevelVertex[_ground.Kernel.IndexOf(segment)]);
        return at;
    }

    private int[]?[] LeversOf()
    {
        var levers = new int[]?[_ground.Kernel.Segments.Length];
        foreach (var group in _levers.Select((lever, place) => (lever.Segment, place)).GroupBy(pair => pair.Segment))
        {
            levers[group.Key] = [.. group.Select(pair => pair.place)];
        }

        return levers;
    }

    private PlanGuard[] Guards() =>
    [
        .. _defended.Guards
            .Where(guard => _profile.GuardSkills.All(guard.Skills.Contains))
            .Select(guard => new PlanGuard(
                guard.Id, KeyedChance.KeyOf(guard.Id.Value), guard.Post, _ground.Roads.Nearest(guard.Post), guard.SpeedMetresPerSecond)),
    ];

    private PlanResponse Compiled(Response response, string name) => new(
        _inputs.Of(name + "/communication", response.Communication),
        response.IsOneCommunication,
        Delay.Of(response.Transmit, name + "/transmit", _inputs),
        Delay.Of(response.Assess, name + "/assess", _inputs),
        response.Respond is { } respond ? Delay.Of(respond, name + "/respond", _inputs) : null);

    private PlanSchedule Minutes(Schedule schedule)
    {
        const int MinutesPerDay = 24 * 60;
        var shares = new double[7 * MinutesPerDay];
        Array.Fill(shares, _inputs.Of($"schedule/{schedule.Id}/otherwise", schedule.Otherwise));
        for (var number = schedule.Spans.Length - 1; number >= 0; number--)
        {
            var span = schedule.Spans[number];
            var share = _inputs.Of($"schedule/{schedule.Id}/{number}", span.Share);
            var length = span.ToMinute > span.FromMinute ? span.ToMinute - span.FromMinute : span.ToMinute + MinutesPerDay - span.FromMinute;
            foreach (var day in span.Days)
            {
                for (var minute = 0; minute < length; minute++)
                {
                    shares[(((int)day * MinutesPerDay) + span.FromMinute + minute) % shares.Length] = share;
                }
            }
        }

        return new(shares);
    }
}
