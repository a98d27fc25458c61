using System.Collections.Immutable;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Import.Format;
using CityTwin.Import.Reading;

namespace CityTwin.Import.Scenarios;

/// <summary>Reads a scenario for a city, telling all its faults at once. No input makes it throw.</summary>
public static class ScenarioReader
{
    /// <param name="name">The file's name, for the faults.</param>
    public static ScenarioReadResult Read(string name, ReadOnlyMemory<byte> content, City city)
    {
        var faults = new FaultList();
        using var document = JsonFile.Parse(name, content, faults);
        var scenario = document is not null
            && Fields.Of(document.RootElement, Place.Root(name), ScenarioFormat.Scenario, faults) is { } fields
            ? new Reading(fields, faults, city).Scenario()
            : null;
        return new(faults.HasErrors ? null : scenario, faults.ToImmutable());
    }

    private sealed class Reading(Fields fields, FaultList faults, City city)
    {
        private readonly ScenarioParts _parts = new(fields, faults, city);
        private readonly HashSet<string> _segments = [.. city.Segments.Select(segment => segment.Id.Value)];

        public Scenario Scenario()
        {
            _parts.CheckVersion(Core.Simulation.Scenario.SchemaVersion);
            var patch = fields.Json(ScenarioFormat.Patches) is { } patches
                && Fields.Of(patches, fields.PlaceOf(ScenarioFormat.Patches), ScenarioFormat.Patch, faults) is { } patchFields
                ? Patch(patchFields)
                : CityPatch.None;
            var horizon = _parts.Horizon(ScenarioFormat.Horizon);
            var events = _parts.Events(horizon ?? Core.Simulation.Scenario.HorizonTicksMax, _segments);
            var scenario = new Scenario(
                fields.Text(Names.Name) ?? "",
                _parts.CityHash(),
                _parts.Instant(ScenarioFormat.StartsAt),
                horizon ?? 0,
                events,
                patch,
                _parts.Seed());
            fields.Close();
            return scenario;
        }

        private CityPatch Patch(Fields patches)
        {
            var backups = patches.Each(ScenarioFormat.Backups, ScenarioFormat.BackupPatch).Select(PatchReader.Backup).ToImmutableArray();
            var feeds = patches.Each(ScenarioFormat.Feeds, ScenarioFormat.FeedPatch).Select(PatchReader.Feed).ToImmutableArray();
            var links = patches.Each(ScenarioFormat.Links, ScenarioFormat.LinkPatch).Select(PatchReader.Link).ToImmutableArray();
            patches.Close();
            var patch = new CityPatch(backups, feeds, links);
            _segments.UnionWith(links.Select(link => link.Id.Value));
            if (!faults.HasErrors)
            {
                foreach (var fault in PatchRules.Faults(city, patch))
                {
                    faults.Error(FaultCode.BadPatch, patches.PlaceOf(fault.List).Element(fault.Index), fault.Message);
                }
            }

            return patch;
        }
    }
}

/// <summary>A scenario, or why there is none; warnings may come with it.</summary>
public sealed record ScenarioReadResult(Scenario? Scenario, ImmutableArray<Fault> Faults);
