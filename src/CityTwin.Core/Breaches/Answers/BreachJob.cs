using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>
/// All runs of a breach scenario, made ready: any range of them can be run anywhere, and parts merged in any order give the
/// same answer. It never changes.
/// </summary>
public sealed class BreachJob
{
    /// <summary>How many runs a part has: the unit in which work is handed out and stopped.</summary>
    public const int RunsInPart = 250;

    private readonly ImmutableArray<BreachPlan> _draws;

    /// <param name="start">What every run begins from.</param>
    /// <param name="scenario">Read and checked against this city by Import.</param>
    /// <exception cref="ArgumentException">The scenario or the start belongs to another city.</exception>
    public BreachJob(City city, SimulationStart start, BreachScenario scenario, CancellationToken cancellation = default)
    {
        if (start.City != city.Hash || (scenario.City is { } hash && hash != city.Hash))
        {
            throw new ArgumentException($"The scenario or its starting point was made for another definition than {city.Hash}.", nameof(scenario));
        }

        var defended = Defended.By(city, scenario.Defences);
        var ground = new BreachGround(city, start, scenario, defended.Patch, cancellation);
        (City, Start, Scenario, Defended) = (city, start, scenario, defended);
        Plan = BreachPlan.Of(ground, scenario, defended, InputValues.Stated);
        var inputs = Enumerable.Range(1, scenario.InputDraws).Select(draw => InputValues.Drawn(scenario.Seed, draw)).ToImmutableArray();
        _draws = [.. inputs.Select(drawn =>
        {
            cancellation.ThrowIfCancellationRequested();
            return BreachPlan.Of(ground, scenario, defended, drawn, Plan);
        })];
        Inputs = Drawn(inputs);
    }

    public City City { get; }

    public SimulationStart Start { get; }

    public BreachScenario Scenario { get; }

    /// <summary>The city as the scenario's defences leave it.</summary>
    public Defended Defended { get; }

    /// <summary>With the inputs as stated.</summary>
    public BreachPlan Plan { get; }

    /// <summary>Every input with a range, and where in its range each draw fell, 0..1; by name.</summary>
    public ImmutableArray<DrawnInput> Inputs { get; }

    /// <summary>How many runs are made of each draw of the inputs: these cost as much as the others together at most.</summary>
    public int RunsOfDraws => RunsOfDrawsOf(Scenario);

    /// <summary>The same for any job over a scenario.</summary>
    internal static int RunsOfDrawsOf(BreachScenario scenario) =>
        scenario.InputDraws < 2 ? 0 : Math.Min(scenario.Runs, Math.Max(RunsInPart, scenario.Runs / scenario.InputDraws));

    /// <summary>How many parts a number of runs has.</summary>
    public static int PartsOf(int runs) => (runs + RunsInPart - 1) / RunsInPart;

    /// <summary>Runs one part of all runs.</summary>
    /// <param name="part">0 up to <see cref="PartsOf"/>.</param>
    public BreachPart Run(int part, CancellationToken cancellation = default) => Run(part, null, cancellation);

    /// <param name="seen">Told of each run with the inputs as stated, in order, once it is in the tally.</param>
    internal BreachPart Run(int part, Action<BreachRun, BreachTally>? seen, CancellationToken cancellation)
    {
        var answer = new BreachPart(this);
        var run = new BreachRun(Plan);
        var draws = part * RunsInPart < RunsOfDraws ? _draws.Select(plan => new BreachRun(plan)).ToArray() : [];
        var (succeeded, lost) = (new long[draws.Length], new long[draws.Length]);
        for (var number = part * RunsInPart; number < Math.Min((part + 1) * RunsInPart, Scenario.Runs); number++)
        {
            cancellation.ThrowIfCancellationRequested();
            run.Go(number);
            answer.Tally.Take(run);
            seen?.Invoke(run, answer.Tally);
            if (draws.Length == 0 || number >= RunsOfDraws)
            {
                continue;
            }

            for (var draw = 0; draw < draws.Length; draw++)
            {
                cancellation.ThrowIfCancellationRequested();
                draws[draw].Go(number);
                (succeeded[draw], lost[draw]) = (draws[draw].Outcome.SucceededAt is null ? 0 : 1, draws[draw].LostThousandthHours());
            }

            answer.Success!.Add(succeeded);
            answer.PersonHours!.Add(lost);
        }

        return answer;
    }

    private static ImmutableArray<DrawnInput> Drawn(ImmutableArray<InputValues> inputs) =>
    [
        .. inputs.SelectMany(drawn => drawn.Places.Keys).Distinct().Order(StringComparer.Ordinal)
            .Select(name => new DrawnInput(name, 0, 1, [.. inputs.Select(drawn => drawn.Places.GetValueOrDefault(name, 0.5))])),
    ];
}
