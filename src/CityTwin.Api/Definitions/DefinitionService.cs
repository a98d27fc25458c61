using CityTwin.Api.Commands;
using CityTwin.Api.Errors;
using CityTwin.Api.Reading;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains;
using CityTwin.Grains.Cascades;
using Google.Protobuf;
using Grpc.Core;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Definitions;

/// <summary>The definition in force, and changed ones on their way into force.</summary>
internal sealed class DefinitionService(CityReader reader, CityDefinitions definitions, IGrainFactory grains, TimeProvider time)
    : V1.DefinitionService.DefinitionServiceBase
{
    /// <summary>More differences or level moves than these are counted, not listed.</summary>
    public const int ListedMax = 1000;

    public override async Task<V1.Definition> GetDefinition(V1.GetDefinitionRequest request, ServerCallContext context)
    {
        var city = reader.Newest.Index.City;
        var bundle = await Task.Run(() => definitions.Write(city), context.CancellationToken);
        return new() { CityHash = city.Hash.Value, Bundle = UnsafeByteOperations.UnsafeWrap(bundle) };
    }

    public override async Task<V1.ApplyDefinitionResponse> ApplyDefinition(V1.ApplyDefinitionRequest request, ServerCallContext context)
    {
        Check(request);
        var (after, warnings) = await Task.Run(() => Read(request.Bundle.Memory), context.CancellationToken);
        var version = reader.Newest;
        var before = version.Index.City;
        var isInForce = before.Hash == after.Hash;
        if (!isInForce && request.ExpectedHash.Length > 0 && request.ExpectedHash != before.Hash.Value)
        {
            throw ApiErrors.Of(
                StatusCode.FailedPrecondition, ErrorReason.DefinitionMoved, "Another definition is in force; read it, and decide again.", ("city_hash", before.Hash.Value));
        }

        var response = await Task.Run(() => Preview(version, after), context.CancellationToken);
        response.Warnings.AddRange(warnings);
        if (!request.ValidateOnly && isInForce)
        {
            response.ResourceVersion = VersionToken.Of(version, version.Seq).ToString();
        }
        else if (!request.ValidateOnly)
        {
            await definitions.Keep(after, context.CancellationToken);
            var order = new DefinitionOrder(after.Hash, before.Hash, request.Principal, request.Reason);
            var outcome = await Order.Deliver(() => grains.GetGrain<ICascadeGrain>(GrainKeys.Cascade).Apply(order), time, context.CancellationToken);
            response.Cascade = outcome.Batch is { } batch ? ResourceNames.OfCascade(batch) : "";
            response.ResourceVersion = outcome.Seq is { } seq ? VersionToken.Of(version, seq).ToString() : "";
        }

        return response;
    }

    private static void Check(V1.ApplyDefinitionRequest request)
    {
        var violations = new Violations();
        violations.Command(request.Principal, request.Reason, "", reasonRequired: !request.ValidateOnly);
        if (request.Bundle.IsEmpty)
        {
            violations.Add("bundle", "bundle is required.", "REQUIRED");
        }

        violations.Throw();
    }

    private (City City, IEnumerable<string> Warnings) Read(ReadOnlyMemory<byte> bundle)
    {
        var reading = definitions.Read(bundle);
        return (
            reading.City ?? throw ApiErrors.With(
                StatusCode.InvalidArgument,
                ErrorReason.InvalidDefinition,
                $"The definition has {reading.Faults.Count(fault => fault.IsError)} errors.",
                [.. reading.Faults.Where(fault => fault.IsError).Take(ListedMax).Select(fault => new Violation($"bundle {fault.Place}", fault.Message, fault.Code))]),
            reading.Faults.Take(ListedMax).Select(fault => $"{fault.Place}: {fault.Message}"));
    }

    private V1.ApplyDefinitionResponse Preview(CityVersion version, City after)
    {
        var before = version.Index.City;
        var differences = definitions.Compare(before, after);
        var moves = DefinitionPreview.Of(version, after, time.GetUtcNow().ToUnixTimeMilliseconds());
        return new()
        {
            BeforeHash = before.Hash.Value,
            CityHash = after.Hash.Value,
            DifferenceCount = differences.Count,
            Differences =
            {
                differences.Take(ListedMax).Select(difference => new V1.DefinitionDifference
                {
                    Kind = (V1.DefinitionDifference.Types.Kind)difference.Kind,
                    Thing = difference.Thing,
                    Id = difference.Id,
                    Properties = { difference.Properties },
                }),
            },
            LevelMoveCount = moves.Length,
            LevelMoves =
            {
                moves.Take(ListedMax).Select(move => new V1.LevelMove
                {
                    Name = ResourceNames.Of(move.Segment), BeforePermille = move.BeforePermille, AfterPermille = move.AfterPermille,
                }),
            },
        };
    }
}
