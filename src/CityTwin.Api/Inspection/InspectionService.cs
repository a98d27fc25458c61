using CityTwin.Api.Errors;
using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Core.Alerts;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains;
using CityTwin.Grains.Inspection;
using Grpc.Core;
using Orleans.Runtime;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Inspection;

/// <summary>Shows what a grain holds. Only things of the city can be asked for, so that a look never makes a new grain.</summary>
internal sealed class InspectionService(CityReader reader, IGrainFactory grains, TimeProvider time) : V1.InspectionService.InspectionServiceBase
{
    public override async Task<V1.GrainInspection> InspectGrain(V1.InspectGrainRequest request, ServerCallContext context)
    {
        if (request.Name.Split('/') is not ["grains", var kind, var key])
        {
            var text = $"'{request.Name}' is no name such as 'grains/segment/substation-north'.";
            throw ApiErrors.With(StatusCode.InvalidArgument, ErrorReason.InvalidFields, text, [new("name", text)]);
        }

        var grainKey = KeyOf(reader.Newest, kind, key) ?? throw ApiErrors.NotFound(request.Name);
        var found = await grains.GetGrain<IInspectable>(GrainId.Create(kind, grainKey)).Inspect().WaitAsync(context.CancellationToken);
        return new()
        {
            Name = request.Name,
            MemoryJson = found.StateJson,
            StoredJson = found.StoredJson ?? "",
            StoredVersion = found.Version ?? "",
            Silo = found.Silo,
            ActivationAge = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(time.GetUtcNow() - found.ActivatedAt),
            PendingTellsCount = found.PendingTells,
            LastError = found.LastError ?? "",
            PendingTells =
            {
                found.Tells.IsDefault ? [] : found.Tells.Select(tell => new V1.PendingTell
                {
                    Sequence = tell.Sequence, Target = NameOf(tell.To), Kind = tell.Kind, ContentJson = tell.ContentJson,
                }),
            },
        };
    }

    /// <summary>A saved address, <c>segment/g:pump</c>, as a name.</summary>
    private static string NameOf(string address) =>
        address.Split('/') is [var kind, { Length: > 2 } key] ? $"{ResourceNames.Grains}{kind}/{GrainKeys.IdOf(key)}" : address;

    private static string? KeyOf(CityVersion version, string kind, string key) => kind switch
    {
        GrainTypes.Segment when version.Index.Find(new SegmentId(key)) is not null => GrainKeys.Of(new SegmentId(key)),
        GrainTypes.Zone when version.Index.Find(new ZoneId(key)) is not null => GrainKeys.Of(new ZoneId(key)),
        GrainTypes.Sensor when version.Index.Find(new SensorId(key)) is not null => GrainKeys.Of(new SensorId(key)),
        GrainTypes.Guard when version.Index.Find(new GuardId(key)) is not null => GrainKeys.Of(new GuardId(key)),
        GrainTypes.Asset when version.Index.Find(new AssetId(key)) is not null => GrainKeys.Of(new AssetId(key)),
        GrainTypes.Conduit when version.Index.Find(new ConduitId(key)) is not null => GrainKeys.Of(new ConduitId(key)),
        GrainTypes.Alert when version.Alerts.ContainsKey(new AlertId(key)) => GrainKeys.OfAlert(key),
        GrainTypes.Network when version.Index.City.Networks.Any(network => network.Id.Value == key) => GrainKeys.Of(new NetworkId(key)),
        GrainTypes.Cascade when key == "city" => GrainKeys.Cascade,
        _ => null,
    };
}
