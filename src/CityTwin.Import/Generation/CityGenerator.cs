using CityTwin.Core.Model;
using CityTwin.Import.Generation.Breaches;

namespace CityTwin.Import.Generation;

/// <summary>
/// Makes believable synthetic cities: a coast and a river, districts, a street plan, and the utilities that depend
/// on each other. Every number is drawn by key from the seed, so the same options give the same city everywhere.
/// </summary>
public static class CityGenerator
{
    private const string TimeZone = "Europe/Amsterdam";

    /// <param name="options">What to make; must have no <see cref="GeneratorOptions.Faults"/>.</param>
    /// <param name="progress">Told what is being made next, and how much is done, 0..1.</param>
    /// <exception cref="ArgumentException">The options have faults; the message names them all.</exception>
    public static City Generate(GeneratorOptions options, Action<string, double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = options.Faults();
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join(' ', faults), nameof(options));
        }

        progress?.Invoke("Streets and districts", 0);
        var plan = TownPlanner.Plan(options);
        var census = Census.Count(plan);
        var draft = new CityDraft();

        progress?.Invoke("Grids", 0.1);
        var power = new PowerGridBuilder(plan, census, draft).Build();
        var telecom = new TelecomBuilder(plan, power, draft).Build();
        var water = new WaterBuilder(plan, power, telecom, draft).Build();
        var transport = new TransportBuilder(plan, power, telecom, draft).Build();
        var civic = new CivicBuilder(plan, power, telecom, water, draft).Build();
        var utilities = new Utilities(power, telecom, water, transport, civic);
        new ZoneBuilder(plan, census, utilities, draft).Build();
        new GuardPosts(plan, draft).Build();
        new BackgroundPainter(plan, draft).Paint();

        progress?.Invoke("Sensors", 0.3);
        new SensorPlacer(plan, census, utilities, draft).Place(done => progress?.Invoke("Sensors", 0.3 + (0.6 * done)));

        progress?.Invoke("Security", 0.9);
        draft.Security = new SecurityBuilder(plan, draft).Build();
        return CityWriter.Seal(draft.Finish(options.Name, TimeZone));
    }
}
