using System.Globalization;
using CityTwin.Api.Access;
using CityTwin.Api.Errors;
using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Core.Views;
using Grpc.Core;
using Microsoft.Extensions.Options;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Cascades;

/// <summary>The newest batches, as this server's view keeps them.</summary>
internal sealed class CascadeService(CityReader reader, IOptions<ApiOptions> options) : V1.CascadeService.CascadeServiceBase
{
    public override Task<V1.Cascade> GetCascade(V1.GetCascadeRequest request, ServerCallContext context)
    {
        var version = reader.Newest;
        var number = ResourceNames.IdOf(request.Name, ResourceNames.Cascades) is { } id
            && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
        var sight = context.Access().In(version.Index);
        var cascade = version.Cascades.FirstOrDefault(
            candidate => candidate.Batch.Number == number && CascadeMessages.IsSeen(version.Index, candidate, sight)) ?? throw ApiErrors.NotFound(request.Name);
        var message = CascadeMessages.Of(version, cascade, sight);
        message.Levels.AddRange(cascade.Levels.Where(step => CascadeMessages.Sees(version.Index, sight, step.Segment)).Select(step => new V1.LevelChange
        {
            Segment = ResourceNames.Of(step.Segment),
            BeforePermille = step.BeforePermille,
            AfterPermille = step.AfterPermille,
        }));
        return Task.FromResult(message);
    }

    public override Task<V1.ListCascadesResponse> ListCascades(V1.ListCascadesRequest request, ServerCallContext context)
    {
        var version = reader.Newest;
        var sight = context.Access().In(version.Index);
        var newestFirst = version.Cascades.Reverse();
        newestFirst = sight.IsEverything ? newestFirst : newestFirst.RemoveAll(cascade => !CascadeMessages.IsSeen(version.Index, cascade, sight));
        var (items, next) = Pages.Slice(ResourceNames.Cascades, newestFirst, request.PageSize, request.PageToken, options.Value);
        return Task.FromResult(new V1.ListCascadesResponse
        {
            Cascades = { items.Select(cascade => CascadeMessages.Of(version, cascade, sight)) },
            NextPageToken = next,
        });
    }
}
