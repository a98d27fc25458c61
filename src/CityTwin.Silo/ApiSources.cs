using System.Collections.Immutable;
using CityTwin.Api.Breaches;
using CityTwin.Api.Definitions;
using CityTwin.Api.Ingesting;
using CityTwin.Api.Mapping;
using CityTwin.Api.Simulations;
using CityTwin.Import;
using CityTwin.Import.Sample;
using CityTwin.Import.Scenarios;
using CityTwin.Ingest;
using CityTwin.Ingest.Outgoing;

namespace CityTwin.Silo;

/// <summary>
/// Gives the public interface what it does not know itself: how scenarios are read, and what the ingest refused; and the
/// ingest the words of the public interface.
/// </summary>
internal static class ApiSources
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<ReadScenario>((document, city) =>
        {
            var result = ScenarioReader.Read("scenario", document, city);
            return new(result.Scenario, [.. result.Faults.Where(fault => fault.Severity == FaultSeverity.Error)
                .Select(fault => new ScenarioFault(fault.Place, fault.Code, fault.Message))]);
        });
        services.AddSingleton(new BreachScenarios(
            (document, city) =>
            {
                var result = BreachScenarioReader.Read("scenario", document, city);
                return new(result.Scenario, [.. result.Faults.Where(fault => fault.Severity == FaultSeverity.Error)
                    .Select(fault => new ScenarioFault(fault.Place, fault.Code, fault.Message))]);
            },
            name => File.ReadAllBytes(ReadyScenarios.FileOf(name)),
            ReadyScenarios.Names));
        services.AddSingleton(provider => new CityDefinitions(
            ReadDefinition,
            city => CityWriter.Write(city).ToBundle(),
            (before, after) => [.. CityDiff.Between(before, after).Changes.Select(DifferenceOf)],
            provider.GetRequiredService<CityCatalog>().Keep));
        services.AddSingleton(provider => RefusedBy(provider.GetRequiredService<MalformedLog>()));
        services.AddSingleton(provider => DoorOf(provider.GetRequiredService<StreamIntake>()));
        services.AddSingleton(new OutgoingWords(PublicJson.Alert, PublicJson.Zone));
    }

    private static DefinitionReading ReadDefinition(ReadOnlyMemory<byte> bundle)
    {
        var read = CityReader.ReadBundle(bundle);
        return new(read.City, [.. read.Faults.Select(fault => new DefinitionFault(
            fault.Severity == FaultSeverity.Error, $"{fault.File} {fault.Place}".Trim(), fault.Code, fault.Message))]);
    }

    private static CityDifference DifferenceOf(CityChange change) => new(
        change.Kind switch
        {
            CityChangeKind.Added => DifferenceKind.Added,
            CityChangeKind.Removed => DifferenceKind.Removed,
            _ => DifferenceKind.Changed,
        },
        change.Thing,
        change.Id,
        change.Properties);

    private static ReadingDoor DoorOf(StreamIntake intake) => new(async (readings, bytes, cancellation) =>
    {
        var storing = await intake.Begin(readings, bytes, cancellation);
        return Told(storing);

        static async Task<ImmutableArray<ReadingRefusal?>> Told(Task<ImmutableArray<MalformedReason?>> storing) =>
            [.. (await storing).Select(reason => reason is { } fault ? new ReadingRefusal(fault.ToString(), MalformedReasons.Explain(fault)) : null)];
    });

    private static RefusedMessages RefusedBy(MalformedLog log) => new(
        () => [.. log.Latest().Select(input => new RefusedMessage(input.At, input.Topic, input.Sensor, input.Reason.ToString(), MalformedReasons.Explain(input.Reason), input.Excerpt))],
        () => Enum.GetValues<MalformedReason>().Select(reason => (reason, count: log.Count(reason))).Where(pair => pair.count > 0)
            .ToDictionary(pair => pair.reason.ToString(), pair => pair.count));
}
