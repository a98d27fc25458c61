using CityTwin.Core.Model;
using CityTwin.Import.Format;
using CityTwin.Import.Reading;

namespace CityTwin.Import.Checking;

/// <summary>Warns of what is allowed and rarely meant.</summary>
internal static class CompletenessCheck
{
    public static void Run(CityDraft draft)
    {
        if (draft.Sensors.Count == 0 && !draft.Incomplete.Contains(EntityKind.Sensor))
        {
            draft.Faults.Warning(FaultCode.NoSensors, Place.Root(CityFolder.ManifestName).Member(Names.Layers),
                "The city has no sensor, so nothing will ever be observed in it.");
        }

        if (draft.Incomplete.Contains(EntityKind.Segment))
        {
            return;
        }

        var provided = draft.Segments.Select(segment => segment.Service).ToHashSet();
        var missing = draft.Zones
            .SelectMany(zone => zone.Services.Select(service => (Zone: zone.Id, service.Service)))
            .Where(use => !provided.Contains(use.Service))
            .GroupBy(use => use.Service);
        foreach (var service in missing.OrderBy(group => group.Key))
        {
            var zone = service.First().Zone;
            draft.Faults.Warning(FaultCode.ServiceWithoutSegment, draft.PlaceOf(zone.Value),
                $"No segment brings the service '{service.Key}', which {service.Count()} zone(s) receive; is it spelled as in the segments?", zone.Value);
        }
    }
}
