using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Running;

/// <summary>
/// A scenario made ready to run: one variant of the city's defences, one draw of the inputs. It never changes; any number
/// of runs read it at once.
/// </summary>
public sealed class BreachPlan
{
    internal BreachPlan(BreachGround ground, BreachScenario scenario, PlanTables tables) =>
        (Ground, Scenario, Tables) = (ground, scenario, tables);

    public BreachScenario Scenario { get; }

    public BreachGround Ground { get; }

    /// <summary>The steps that can be part of this breach, in the order of the model.</summary>
    public ImmutableArray<StepId> Steps => Tables.StepIds;

    internal PlanTables Tables { get; }

    /// <summary>Whether a step is taken for its own sake, and not only to get somewhere.</summary>
    internal bool IsGoal(StepId step) => Tables.Steps[Steps.BinarySearch(step)].IsGoal;

    /// <summary>A schedule's share as runs begin; 1 without a schedule.</summary>
    internal double ShareAtStart(SecurityModel model, ScheduleId? schedule) =>
        schedule is { } id ? Tables.Schedules[model.Schedules.IndexOf(model.Schedules.First(one => one.Id == id))].ShareAt(Ground.LocalStart) : 1;

    /// <summary>
    /// How long the nearest suitable guard takes to an area as runs begin, everybody on duty; a city without a suitable one
    /// has none who ever comes.
    /// </summary>
    internal Duration GuardTo(AreaId area, Duration turnout)
    {
        var where = Tables.Areas.First(one => one.Id == area);
        var distances = new double[Ground.Roads.Corners];
        Ground.Roads.DistancesTo(where.Corner, Ground.Start, distances, new());
        var seconds = Tables.Guards.Select(guard => Ground.Roads.Seconds(
            guard.Post, guard.Corner, where.Position, where.Corner,
            guard.Corner < 0 ? double.PositiveInfinity : distances[guard.Corner], guard.SpeedMetresPerSecond)).DefaultIfEmpty(Delay.TicksMax / 1000).Min();
        return new(DurationKind.Normal, Estimate.Of(seconds + turnout.MeanSeconds), Estimate.Of(Math.Sqrt(turnout.VarianceSecondsSquared)));
    }

    /// <summary>Makes a plan of a scenario that Import has read and checked against the city.</summary>
    /// <param name="ground">Made with the patch of these very defences.</param>
    /// <param name="stated">The same with the inputs as stated: who knows the sensors knows them so, and the way is looked for once.</param>
    public static BreachPlan Of(BreachGround ground, BreachScenario scenario, Defended defended, InputValues inputs, BreachPlan? stated = null)
    {
        var plan = new BreachPlan(ground, scenario, new PlanCompiler(ground, scenario, defended, inputs).Compile());
        if (defended.Security.Profiles.First(one => one.Id == scenario.Profile).Knowledge != Knowledge.Defences)
        {
            return plan;
        }

        // A draw of less skill may close the way; then another one is looked for.
        var way = stated?.Tables.KnownWay.Select(step => plan.Steps.BinarySearch(stated.Steps[step])).ToArray() ?? [];
        return new(ground, scenario, plan.Tables with
        {
            KnownWay = way.Length > 0 && way.Min() >= 0 ? way
                : [.. VulnerableWay.Of(plan, defended)?.Steps.Select(step => plan.Steps.BinarySearch(step)) ?? []],
        });
    }
}

/// <summary>The compiled arrays: everything is named by its place.</summary>
/// <param name="LeversOf">Of each segment of the kernel its levers; null where it has none.</param>
/// <param name="SensorCode">The programs of sensors' availability.</param>
internal sealed record PlanTables(
    ImmutableArray<StepId> StepIds,
    PlanStep[] Steps,
    int[] Entries,
    int[] Targets,
    int Hands,
    int StartArea,
    PlanArea[] Areas,
    Lever[] Levers,
    int[]?[] LeversOf,
    SensorProgram[] Sensors,
    int[] SensorCode,
    PlanSchedule[] Schedules,
    PlanResponse Cyber,
    PlanResponse Physical,
    double Neutralisation,
    PlanGuard[] Guards,
    int GuardsOnDuty,
    Delay Switching,
    Delay Crew,
    Delay Turnout,
    ImmutableArray<string> RecordClasses,
    double PersonsPerConnection,
    ulong ProfileKey)
{
    /// <summary>The way that an adversary who knows the sensors goes in person, as long as it is open; empty = the quickest.</summary>
    public int[] KnownWay { get; init; } = [];

    /// <summary>Of each <see cref="StepKind"/> its steps.</summary>
    public int[][] StepsOf { get; } = [.. Enum.GetValues<StepKind>().Select(kind => Places(Steps, step => step.Kind == kind))];

    /// <summary>The steps that need nothing but somebody who stands there.</summary>
    public int[] OpenOnTheSpot { get; } = Places(Steps, step => step is { Kind: StepKind.Physical, ParentsNeeded: 0 });

    private static int[] Places(PlanStep[] steps, Func<PlanStep, bool> isWanted) =>
        [.. Enumerable.Range(0, steps.Length).Where(place => isWanted(steps[place]))];
}

/// <summary>A step of the plan.</summary>
/// <param name="ParentsNeeded">How many parents must be reached until it opens; 0 for a physical step without parents.</param>
/// <param name="IsAll">An AND step.</param>
/// <param name="Children">The steps that name it as a parent.</param>
/// <param name="ToGoTicks">By mean times, what is left from here to the nearest target; <see cref="NowhereTicks"/> where it leads to none.</param>
/// <param name="AsTargets">Its places among the targets of the scenario.</param>
/// <param name="IsGoal">Physical: it is taken for its own sake, and not only to get somewhere.</param>
internal sealed record PlanStep(
    ulong Key,
    StepKind Kind,
    int ParentsNeeded,
    bool IsAll,
    int[] Parents,
    int[] Children,
    Delay Duration,
    double Exists,
    PlanDetection[] Detections,
    PlanEffect[] Effects,
    int From,
    int To,
    double ToGoTicks,
    int[] AsTargets,
    bool IsGoal)
{
    /// <summary>Farther than any target, and small enough that a second more still counts.</summary>
    public const double NowhereTicks = 1e15;

    public bool IsMove => From != To;
}

/// <param name="Sensor">Its place, -1 = nobody who could be put out of work.</param>
/// <param name="Schedule">Its place, -1 = always.</param>
internal sealed record PlanDetection(ulong Key, int Sensor, double Probability, DetectionPoint At, int Schedule);

/// <summary>The program of a sensor's availability, -1 = always there.</summary>
internal readonly record struct SensorProgram(SensorId Id, int Program);

internal sealed record PlanArea(AreaId Id, LonLat Position, int Corner);

internal sealed record PlanGuard(GuardId Id, ulong Key, LonLat Post, int Corner, double SpeedMetresPerSecond);

internal sealed record PlanResponse(double Communication, bool IsOneCommunication, Delay Transmit, Delay Assess, Delay? Respond);

/// <summary>What an effect can do to a segment.</summary>
/// <param name="Repair">Of what is destroyed: how long that takes; null = it is switched.</param>
internal sealed record Lever(ulong Key, int Segment, int LevelPermille, Delay? Repair);

/// <summary>What a reached step does; exactly one of its parts is set.</summary>
/// <param name="Lever">The lever that is pulled, -1 = none.</param>
/// <param name="IsForged">True: the lever is pulled by an operator who believes a forged reading, after a while.</param>
/// <param name="LostControl">Segments that need a crew from now on: nobody switches from afar what cannot be controlled, or seen.</param>
internal sealed record PlanEffect(
    int Lever, bool IsForged, double Believed, Delay ActAfter, int[] BlindSensors, bool IsLying, int[] LostControl, int RecordClass, long Records);

/// <summary>The share of each minute of a week, from Sunday 00:00 local time on.</summary>
internal sealed record PlanSchedule(double[] ShareOfMinute)
{
    private const long TicksPerMinute = 60_000;
    private const int MinutesPerWeek = 7 * 24 * 60;

    /// <summary>1970-01-01 was a Thursday.</summary>
    private const int FirstMinute = 4 * 24 * 60;

    public double ShareAt(long localTicks) => ShareOfMinute[(int)((((localTicks / TicksPerMinute) + FirstMinute) % MinutesPerWeek + MinutesPerWeek) % MinutesPerWeek)];
}
