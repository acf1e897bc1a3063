using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using OrleansAcd.Contracts;
using OrleansAcd.Gateway.Access;

namespace OrleansAcd.Gateway.Rest;

/// <summary>The OpenAPI 3.1 document: what the generator cannot know.</summary>
internal static class ApiDocument
{
    private static readonly HashSet<Type> Ids = [typeof(CallId), typeof(AgentId), typeof(QueueId), typeof(NodeId)];

    public static void Configure(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "OrleansAcd", Version = "v1",
                Description = "Queues, agents and calls of the centre. Durations are seconds, times RFC 3339.",
            };
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" },
            };
            document.Security =
                [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("key", document)] = [] }];
            document.Servers = [];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var isOpen = context.Description.ActionDescriptor.EndpointMetadata.OfType<OpenToAll>().Any();
            if (isOpen) operation.Security = [];
            else AddAnswersToKeys(operation);
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
            var isNullable = type != context.JsonTypeInfo.Type ? JsonSchemaType.Null : 0;
            if (Ids.Contains(type)) schema.Type = JsonSchemaType.String | isNullable;
            if (type == typeof(TimeSpan)) (schema.Type, schema.Pattern) = (JsonSchemaType.Number | isNullable, null);
            return Task.CompletedTask;
        });
    }

    /// <summary>What stands before every operation that needs the key.</summary>
    private static void AddAnswersToKeys(OpenApiOperation operation)
    {
        operation.Responses ??= [];
        operation.Responses.TryAdd("401", Problem("The key is missing or wrong."));
        operation.Responses.TryAdd("403", Problem("Another site's page asked for a change."));
        operation.Responses.TryAdd("429", Problem("Too many wrong keys from this address."));
        operation.Responses.TryAdd("503", Problem("The centre cannot answer now."));
        operation.Responses.TryAdd("504", Problem("The centre did not answer in time."));
    }

    private static OpenApiResponse Problem(string when) => new()
    {
        Description = when,
        Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new OpenApiMediaType() },
    };
}
