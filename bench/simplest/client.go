package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/timestamppb"

	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
)

// dataSet is the file.
type dataSet struct {
	Creators []struct {
		ID    string `json:"id"`
		Email string `json:"email"`
	}
	Products []struct {
		ID         string    `json:"id"`
		CreatorID  string    `json:"creatorId"`
		CreateTime time.Time `json:"createTime"`
	}
}

// ranking is what is printed: the same fields as those of creatorclient's
// JSON, for the comparison.
type ranking struct {
	Creators     []standing `json:"creators"`
	CreatorCount int64      `json:"creatorCount"`
	ProductCount int64      `json:"productCount"`
}

type standing struct {
	Rank               int    `json:"rank"`
	ID                 string `json:"id"`
	Email              string `json:"email"`
	Products           int64  `json:"products"`
	MostRecentCreation string `json:"mostRecentCreation"`
}

// rank reads the file, asks the server and prints its answer.
func rank(ctx context.Context, server, path string, limit int32, stdout io.Writer) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var data dataSet
	if err := json.Unmarshal(text, &data); err != nil {
		return err
	}

	request := &creatorsv1.MostActiveCreatorsRequest{Limit: limit}
	for _, c := range data.Creators {
		request.Creators = append(request.Creators, &creatorsv1.Creator{Id: c.ID, Email: c.Email})
	}
	for _, p := range data.Products {
		request.Products = append(request.Products, &creatorsv1.Product{
			Id: p.ID, CreatorId: p.CreatorID, CreateTime: timestamppb.New(p.CreateTime),
		})
	}

	conn, err := grpc.NewClient(server, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer conn.Close()
	response, err := creatorsv1.NewCreatorsServiceClient(conn).MostActiveCreators(ctx, request,
		grpc.MaxCallSendMsgSize(maxMessageBytes), grpc.MaxCallRecvMsgSize(maxMessageBytes))
	if err != nil {
		return err
	}

	answer := ranking{CreatorCount: response.GetTotals().GetCreatorCount(), ProductCount: response.GetTotals().GetProductCount()}
	for i, c := range response.GetCreators() {
		answer.Creators = append(answer.Creators, standing{
			Rank:               i + 1,
			ID:                 c.GetCreator().GetId(),
			Email:              c.GetCreator().GetEmail(),
			Products:           c.GetProductCount(),
			MostRecentCreation: c.GetMostRecentCreateTime().AsTime().Format(time.RFC3339Nano),
		})
	}
	return json.NewEncoder(stdout).Encode(answer)
}
